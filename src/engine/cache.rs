//! What was made and is kept: cut fields and finished frames.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::Path;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2, Axis, Slice};

use super::key::{FieldKey, FrameKey};
use super::layer::Extent;
use crate::grid::Window;
use crate::render::Frame;

/// The part of a field that is kept, in the unit shown.
#[derive(Debug)]
pub(super) struct Kept {
    pub values: Array2<f32>,
    pub window: Window,
}

impl Kept {
    fn bytes(&self) -> u64 {
        (self.values.len() * size_of::<f32>()) as u64
    }

    /// The same values over a window that lies within this one; `None` where it does not. `columns` of the whole grid.
    pub(super) fn cut(&self, window: Window, columns: usize) -> Option<ArrayView2<'_, f32>> {
        let (j, i) = offset(self.window, window, columns)?;
        let mut part = self.values.view();
        part.slice_axis_inplace(Axis(0), Slice::from(j..j + window.ny));
        part.slice_axis_inplace(Axis(1), Slice::from(i..i + window.nx));
        Some(part)
    }
}

/// Where `inner` begins in `outer`, columns counted round the grid; `None` where it does not lie within.
pub(super) fn offset(outer: Window, inner: Window, columns: usize) -> Option<(usize, usize)> {
    let j = inner.j0.checked_sub(outer.j0)?;
    let i = (inner.i0 + columns - outer.i0.min(columns)) % columns.max(1);
    let i = if inner.i0 == outer.i0 { 0 } else { i };
    (j + inner.ny <= outer.ny && i + inner.nx <= outer.nx).then_some((j, i))
}

/// What a frame of so many pixels takes.
pub(super) fn frame_bytes([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height) * 4
}

struct Entry<V> {
    value: V,
    bytes: u64,
    /// When it was last asked for, by the cache's own count.
    used: u64,
}

struct Shelf<K, V> {
    entries: HashMap<K, Entry<V>>,
    bytes: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> Shelf<K, V> {
    fn new() -> Self {
        Self { entries: HashMap::new(), bytes: 0 }
    }

    fn get(&mut self, key: &K, now: u64) -> Option<V> {
        let entry = self.entries.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
    }

    fn put(&mut self, key: K, value: V, bytes: u64, now: u64) {
        self.bytes += bytes;
        if let Some(old) = self.entries.insert(key, Entry { value, bytes, used: now }) {
            self.bytes -= old.bytes;
        }
    }

    fn take(&mut self, key: &K) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.bytes -= entry.bytes;
        Some(entry.value)
    }
}

/// Fields and frames by their keys. Knows how much it holds; what must go is chosen by its owner's order.
pub(super) struct Cache {
    fields: Shelf<FieldKey, Arc<Kept>>,
    frames: Shelf<FrameKey, Arc<Frame>>,
    /// Of fields that were read whole.
    extents: HashMap<FieldKey, Extent>,
    clock: u64,
}

/// Extents of more fields than this are no run's any more.
const MOST_EXTENTS: usize = 8192;

/// Something that can go, and how gladly: the lowest worth goes first.
pub(super) enum Victim {
    Field(FieldKey),
    Frame(FrameKey),
}

impl Cache {
    pub(super) fn new() -> Self {
        Self { fields: Shelf::new(), frames: Shelf::new(), extents: HashMap::new(), clock: 0 }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.fields.bytes + self.frames.bytes
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    pub(super) fn field(&mut self, key: &FieldKey) -> Option<Arc<Kept>> {
        let now = self.tick();
        self.fields.get(key, now)
    }

    pub(super) fn put_field(&mut self, key: FieldKey, kept: Arc<Kept>) {
        let now = self.tick();
        let bytes = kept.bytes();
        self.fields.put(key, kept, bytes, now);
    }

    pub(super) fn take_field(&mut self, key: &FieldKey) {
        self.fields.take(key);
    }

    /// Lowest and highest value of a whole field.
    pub(super) fn extent(&self, key: &FieldKey) -> Option<Extent> {
        self.extents.get(key).copied()
    }

    pub(super) fn put_extent(&mut self, key: FieldKey, extent: Extent) {
        if self.extents.len() >= MOST_EXTENTS {
            self.extents.clear();
        }
        self.extents.insert(key, extent);
    }

    pub(super) fn frame(&mut self, key: &FrameKey) -> Option<Arc<Frame>> {
        let now = self.tick();
        self.frames.get(key, now)
    }

    pub(super) fn put_frame(&mut self, key: FrameKey, frame: Arc<Frame>) {
        let now = self.tick();
        let bytes = frame.pixels.len() as u64;
        self.frames.put(key, frame, bytes, now);
    }

    /// Lets the least worthy go until `need` more bytes fit under `limit`; gives back the frames that went.
    ///
    /// The worth of an entry is `worth(field or frame, when it was last used)`; `None` keeps it whatever the need.
    pub(super) fn make_room(
        &mut self,
        need: u64,
        limit: u64,
        field_worth: impl Fn(&FieldKey, u64) -> Option<(u8, i64)>,
        frame_worth: impl Fn(&FrameKey, u64) -> Option<(u8, i64)>,
    ) -> Vec<(FrameKey, Arc<Frame>)> {
        let mut gone = Vec::new();
        if self.bytes() + need <= limit {
            return gone;
        }
        let fields = self.fields.entries.iter();
        let frames = self.frames.entries.iter();
        let mut victims: Vec<((u8, i64), Victim)> = fields
            .filter_map(|(key, entry)| Some((field_worth(key, entry.used)?, Victim::Field(key.clone()))))
            .chain(frames.filter_map(|(key, entry)| Some((frame_worth(key, entry.used)?, Victim::Frame(key.clone())))))
            .collect();
        victims.sort_by_key(|(worth, _)| *worth);
        for (_, victim) in victims {
            if self.bytes() + need <= limit {
                break;
            }
            match victim {
                Victim::Field(key) => self.take_field(&key),
                Victim::Frame(key) => {
                    let frame = self.frames.take(&key);
                    gone.extend(frame.map(|frame| (key, frame)));
                }
            }
        }
        gone
    }

    /// Lets go what came from a file, so that the file can be closed.
    pub(super) fn forget_file(&mut self, path: &Path) {
        let of_file =
            |key: &FieldKey| key.0.ingredients.iter().any(|ingredient| ingredient.field.reader.path() == path);
        let fields: Vec<FieldKey> = self.fields.entries.keys().filter(|key| of_file(key)).cloned().collect();
        let frame_of_file = |key: &&FrameKey| key.fields.iter().flatten().any(of_file);
        let frames: Vec<FrameKey> = self.frames.entries.keys().filter(frame_of_file).cloned().collect();
        fields.iter().for_each(|key| self.take_field(key));
        self.extents.retain(|key, _| !of_file(key));
        for key in frames {
            self.frames.take(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_found_in_one_that_crosses_the_seam() {
        let window = |j0, i0, ny, nx| Window { j0, i0, ny, nx };
        let outer = window(10, 1300, 50, 400);
        assert_eq!(offset(outer, window(12, 1310, 40, 380), 1440), Some((2, 10)));
        assert_eq!(offset(outer, window(10, 20, 50, 100), 1440), Some((0, 160)));
        assert_eq!(offset(outer, window(10, 1300, 50, 401), 1440), None);
        assert_eq!(offset(outer, window(9, 1300, 5, 5), 1440), None);
        assert_eq!(offset(outer, window(10, 1299, 5, 5), 1440), None);
        assert_eq!(offset(window(0, 0, 9, 1441), window(0, 0, 9, 1441), 1440), Some((0, 0)));
    }
}
