//! Frames on the graphics card: a bounded number taken up for each display frame, kept near the playhead.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use crate::engine::Picture;
use crate::raster::PixelRect;
use crate::render::Frame;

/// A frame as a texture.
pub struct Sheet {
    pub texture: TextureHandle,
    /// What was asked for when it was made.
    pub picture: Arc<Picture>,
    /// Of the whole frame, in pixels.
    pub size: [u32; 2],
    pub map: PixelRect,
    /// Its file was written anew since: it stands until the new picture is there.
    outdated: bool,
}

/// The textures of one selection, by slot.
#[derive(Default)]
pub struct Shelf {
    sheets: BTreeMap<usize, Sheet>,
    /// The last picture of the selection before, until the new one has its first.
    before: Option<(Sheet, f64)>,
    serial: u64,
}

/// Pixels taken up in one display frame: four frames of 1600 × 1000, about 4 ms of the window's thread.
const UPLOAD_PIXELS: u64 = 4 * 1600 * 1000;
/// Seconds that the picture of the selection before may stand while the new one is made.
const GRACE: f64 = 0.3;

/// What a round of uploads left to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// More frames are ready than were taken up.
    pub more: bool,
    /// A frame is larger than the graphics can show.
    pub too_large: Option<usize>,
}

impl Shelf {
    #[must_use]
    pub fn get(&self, slot: usize) -> Option<&Sheet> {
        self.sheets.get(&slot)
    }

    /// The picture of the selection before, while it may stand in.
    #[must_use]
    pub fn before(&self, now: f64) -> Option<&Sheet> {
        self.before.as_ref().filter(|(_, since)| now - since < GRACE).map(|(sheet, _)| sheet)
    }

    /// Another selection: no texture of the old one may be shown for it. `slot` is what was on screen.
    pub fn clear(&mut self, slot: usize, now: f64) {
        self.before = self.sheets.remove(&slot).map(|sheet| (sheet, now));
        self.sheets.clear();
    }

    /// Other slots: where the old ones stand now, and whether they show the `same`. Textures of those that do not stay
    /// until there are new ones; those without a place go.
    pub fn move_to(&mut self, place: impl Fn(usize) -> Option<usize>, same: impl Fn(usize) -> bool) {
        let sheets = std::mem::take(&mut self.sheets).into_iter();
        let moved = sheets.filter_map(|(slot, sheet)| {
            let outdated = sheet.outdated || !same(slot);
            Some((place(slot)?, Sheet { outdated, ..sheet }))
        });
        self.sheets = moved.collect();
    }

    /// Whether a slot's texture was made for this very picture.
    #[must_use]
    pub fn is_sharp(&self, slot: usize, picture: &Arc<Picture>) -> bool {
        let sheet = self.sheets.get(&slot).filter(|sheet| !sheet.outdated);
        sheet.is_some_and(|sheet| Arc::ptr_eq(&sheet.picture, picture) || sheet.picture == *picture)
    }

    /// Takes up what `wanted` names first, as far as the round's budget goes. `frame` gives finished frames of
    /// `picture`.
    pub fn take_up(
        &mut self,
        ctx: &Context,
        wanted: impl Iterator<Item = usize>,
        picture: &Arc<Picture>,
        frame: impl Fn(usize) -> Option<Arc<Frame>>,
    ) -> Upload {
        let largest = ctx.input(|input| input.max_texture_side);
        let mut upload = Upload::default();
        let mut left = UPLOAD_PIXELS;
        let mut taken = 0;
        for slot in wanted {
            if self.is_sharp(slot, picture) {
                continue;
            }
            let Some(frame) = frame(slot) else { continue };
            if frame.size.iter().any(|side| *side as usize > largest) {
                upload.too_large = Some(largest);
                continue;
            }
            let pixels = u64::from(frame.size[0]) * u64::from(frame.size[1]);
            if taken > 0 && pixels > left {
                upload.more = true;
                break;
            }
            left = left.saturating_sub(pixels);
            taken += 1;
            self.put(ctx, slot, &frame, picture);
        }
        upload
    }

    fn put(&mut self, ctx: &Context, slot: usize, frame: &Frame, picture: &Arc<Picture>) {
        let size = frame.size.map(|side| side as usize);
        if frame.pixels.len() != size[0] * size[1] * 4 {
            return;
        }
        // Opaque pixels are their own premultiplied form: one copy, 0.6 ms for 1600 × 1000.
        let image = Arc::new(ColorImage::from_rgba_premultiplied(size, &frame.pixels));
        let (picture, map) = (picture.clone(), frame.map);
        let known = self.sheets.remove(&slot);
        let texture = match known {
            Some(Sheet { mut texture, .. }) => {
                texture.set(image, TextureOptions::NEAREST);
                texture
            }
            None => {
                self.serial += 1;
                ctx.load_texture(format!("frame {}", self.serial), image, TextureOptions::NEAREST)
            }
        };
        self.sheets.insert(slot, Sheet { texture, picture, size: frame.size, map, outdated: false });
        self.before = None;
    }

    /// Drops the textures that `order` names last until the rest fit into `limit` bytes; those it does not name go
    /// first. The first of `order`, on screen, always stays.
    pub fn shrink(&mut self, order: impl Iterator<Item = usize>, limit: u64) {
        let mut kept = BTreeMap::new();
        let mut bytes = 0;
        for slot in order {
            let Some(sheet) = self.sheets.remove(&slot) else { continue };
            let size = sheet.bytes();
            if bytes + size <= limit || kept.is_empty() {
                bytes += size;
                kept.insert(slot, sheet);
            }
        }
        self.sheets = kept;
    }

    /// Bytes of all textures.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.sheets.values().chain(self.before.as_ref().map(|(sheet, _)| sheet)).map(Sheet::bytes).sum()
    }
}

impl Sheet {
    fn bytes(&self) -> u64 {
        u64::from(self.size[0]) * u64::from(self.size[1]) * 4
    }
}
