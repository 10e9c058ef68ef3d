//! All that changes while the engine runs, behind one lock that is never held across work.

use std::collections::HashMap;
use std::sync::Arc;

use super::budget::{Budget, Usage};
use super::cache::{Cache, Kept, offset};
use super::doubles::Doubles;
use super::key::{FrameKey, Settings};
use super::layer::{Extent, with_margin};
use super::opening::{Opening, OpeningJob};
use super::reel::{Batch, Next, Once, Part, Reach, Reel};
use super::request::Request;
use super::scenery::{Placing, Scenery};
use super::series::Asked;
use super::snapshot::{EngineNote, Snapshot};
use crate::catalog::{Catalog, Double};
use crate::grid::Grid;
use crate::map::{Basemap, View};
use crate::render::Frame;
use crate::source::SourceError;
use crate::units::Affine;

/// A stage of work, with all that it needs: the lock is free while it is done.
pub(super) enum Job {
    Open(OpeningJob),
    Survey {
        reel: u64,
        view: View,
        grids: [Option<Arc<Grid>>; 2],
    },
    Guess {
        reel: u64,
        layer: usize,
    },
    Read {
        reel: u64,
        batch: Batch,
    },
    Basemap {
        reel: u64,
        view: View,
    },
    Prepare {
        reel: u64,
        setting: u64,
    },
    Paint {
        reel: u64,
        slot: usize,
        scenery: Arc<Scenery>,
        fields: [Option<Arc<Kept>>; 2],
    },
    /// Values at the place that was asked for.
    Series(Batch),
    /// Whether two files that hold the same field hold the same values.
    Compare(Double),
    /// Find what is likely to be chosen next.
    Foresee {
        reel: u64,
        request: Box<Request>,
        slot: usize,
    },
}

impl Job {
    /// Whose work it is.
    pub(super) fn reel(&self) -> Option<u64> {
        match self {
            Self::Survey { reel, .. }
            | Self::Guess { reel, .. }
            | Self::Read { reel, .. }
            | Self::Basemap { reel, .. }
            | Self::Prepare { reel, .. }
            | Self::Paint { reel, .. } => Some(*reel),
            Self::Open(_) | Self::Series(_) | Self::Compare(_) | Self::Foresee { .. } => None,
        }
    }
}

pub(super) struct State {
    pub generation: u64,
    pub catalog: Arc<Catalog>,
    pub opening: Opening,
    /// The current request's first, then what was prepared beyond it.
    pub reels: Vec<Reel>,
    pub request: Option<Request>,
    pub foreseen: bool,
    pub cache: Cache,
    pub settings: Settings,
    /// Prepared settings, the last used last.
    sceneries: Vec<(u64, Arc<Scenery>)>,
    /// Samplers of grids in views, the last used last.
    placings: Vec<(Arc<Grid>, View, Placing)>,
    /// The last used last.
    basemaps: Vec<(View, Arc<Basemap>)>,
    pub notes: Vec<EngineNote>,
    pub series: Option<Asked>,
    pub doubles: Doubles,
    pub textures: u64,
    pub budget: Budget,
    /// Pixel buffers for the next frames.
    pub buffers: Vec<Vec<u8>>,
    /// Workers under way.
    pub workers: usize,
    pub busy: bool,
    pub stopped: bool,
    pub reel_count: u64,
}

/// How many views' samplers and maps, and how many prepared settings, are kept.
const PLACINGS_KEPT: usize = 4;
const BASEMAPS_KEPT: usize = 2;
const SCENERIES_KEPT: usize = 4;
/// Pixel buffers that wait for the next frame.
const BUFFERS_KEPT: usize = 4;

impl State {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            generation: 0,
            catalog: Arc::default(),
            opening: Opening::default(),
            reels: Vec::new(),
            request: None,
            foreseen: false,
            cache: Cache::new(),
            settings: Settings::default(),
            sceneries: Vec::new(),
            placings: Vec::new(),
            basemaps: Vec::new(),
            notes: Vec::new(),
            series: None,
            doubles: Doubles::default(),
            textures: 0,
            budget,
            buffers: Vec::new(),
            workers: 0,
            busy: false,
            stopped: false,
            reel_count: 0,
        }
    }

    pub(super) fn reel(&mut self, id: u64) -> Option<&mut Reel> {
        self.reels.iter_mut().find(|reel| reel.id == id)
    }

    /// Stops all work on pictures and begins with these.
    pub(super) fn begin(&mut self, reels: Vec<Reel>) {
        for old in &self.reels {
            old.stop.stop();
        }
        self.reels = reels;
        self.foreseen = false;
    }

    /// The most urgent stage: files first, then the current request, the place asked for, and what may come next.
    pub(super) fn next_job(&mut self) -> Option<Job> {
        if self.stopped {
            return None;
        }
        if let Some(job) = self.opening.next() {
            return Some(Job::Open(job));
        }
        for n in 0..self.reels.len() {
            if n > 0 && !self.is_idle() {
                return None;
            }
            if let Some(job) = self.next_of(n) {
                return Some(job);
            }
        }
        if !self.is_idle() {
            return None;
        }
        if let Some(batch) = self.series.as_mut().and_then(|asked| asked.next(self.reels.first()?)) {
            return Some(Job::Series(batch));
        }
        if !self.busy
            && let Some(double) = self.doubles.next()
        {
            return Some(Job::Compare(double));
        }
        self.foresee()
    }

    /// Nothing of the current request is under way. Asked after it had nothing to give out.
    fn is_idle(&self) -> bool {
        self.reels.first().is_some_and(Reel::is_resting)
    }

    fn next_of(&mut self, n: usize) -> Option<Job> {
        let reach = self.reach(n);
        loop {
            let reel = self.reels.get_mut(n)?;
            let id = reel.id;
            match reel.next(reach) {
                Next::Rest => return None,
                Next::Survey => {
                    let grids = [0, 1].map(|n| reel.layers[n].as_ref().map(|layer| layer.plan.grid.clone()));
                    return Some(Job::Survey { reel: id, view: reel.picture.view.clone(), grids });
                }
                Next::Guess(layer) => return Some(Job::Guess { reel: id, layer }),
                Next::Read(batch) => return Some(Job::Read { reel: id, batch }),
                Next::Basemap => {
                    return Some(Job::Basemap { reel: id, view: reel.picture.view.clone() });
                }
                Next::Prepare => {
                    let setting = reel.setting?;
                    return Some(Job::Prepare { reel: id, setting });
                }
                Next::Paint(slot) => {
                    if let Some(job) = self.paint_job(n, slot) {
                        return Some(job);
                    }
                }
            }
        }
    }

    /// `None` where a field had to go since it was read: then it is read again.
    fn paint_job(&mut self, n: usize, slot: usize) -> Option<Job> {
        let reel = self.reels.get_mut(n)?;
        let scenery = reel.scenery.done()?.clone();
        let mut fields = [None, None];
        for (layer, field) in fields.iter_mut().enumerate() {
            if reel.part(slot, layer) != Some(Part::Kept) {
                continue;
            }
            let drawn = reel.layers[layer].as_ref().and_then(|layer| Some((layer.drawn()?, layer.plan.grid.nx)));
            let covers = |kept: &Arc<Kept>| {
                drawn.is_some_and(|(window, columns)| offset(kept.window, window, columns).is_some())
            };
            *field = reel.field_key(slot, layer).and_then(|key| self.cache.field(key)).filter(covers);
            if field.is_none() {
                reel.set_part(slot, layer, Part::Due);
                reel.undo(slot);
                return None;
            }
        }
        Some(Job::Paint { reel: reel.id, slot, scenery, fields })
    }

    /// How far from the playhead fields and frames have room.
    pub(super) fn reach(&mut self, n: usize) -> Reach {
        let room = self.room();
        let reach = self.reach_in(n, room);
        if n > 0 || self.reels.first().is_none_or(|reel| reach.frames >= reel.len()) {
            return reach;
        }
        // What other views and settings share makes room for this one's frames.
        self.drop_unused();
        let room = self.room();
        self.reach_in(n, room)
    }

    fn reach_in(&self, n: usize, room: u64) -> Reach {
        let Some(reel) = self.reels.get(n) else { return Reach { fields: 0, frames: 0 } };
        let slots = reel.len().max(1) as u64;
        let frame = frame_bytes(reel.picture.size);
        let window = |layer: &super::layer::Layer| (layer.window.ny * layer.window.nx * size_of::<f32>()) as u64;
        let fields = reel.layers.iter().flatten().map(window).sum::<u64>().max(1);
        let all = (frame + fields).saturating_mul(slots) <= room;
        let in_reach = |bytes: u64, each: u64| usize::try_from((bytes / each.max(1)).min(slots)).unwrap_or(usize::MAX);
        if all {
            return Reach { fields: reel.len(), frames: reel.len() };
        }
        let near = in_reach(room / 2, fields).max(1);
        let rest = room.saturating_sub(near as u64 * fields);
        Reach { fields: near, frames: in_reach(rest, frame).clamp(1, near) }
    }

    /// What the cache may hold: the budget without textures, without what frames share, without spare buffers.
    fn room(&self) -> u64 {
        let limit = self.budget.limit();
        let frame = self.reels.first().map_or(0, |reel| frame_bytes(reel.picture.size));
        let buffers = (BUFFERS_KEPT as u64 * frame).min(limit / 4);
        limit.saturating_sub(self.textures + self.shared_bytes() + buffers)
    }

    fn drop_unused(&mut self) {
        let Some(reel) = self.reels.first() else { return };
        let view = &reel.picture.view;
        self.placings.retain(|(_, of, _)| of == view);
        self.basemaps.retain(|(of, _)| of == view);
        self.sceneries.retain(|(setting, _)| Some(*setting) == reel.setting);
    }

    fn shared_bytes(&self) -> u64 {
        self.sceneries.iter().map(|(_, scenery)| scenery.bytes()).sum::<u64>()
            + self.placings.iter().map(|(_, _, placing)| placing.bytes()).sum::<u64>()
            + self.basemaps.iter().map(|(_, basemap)| basemap.bytes() as u64).sum::<u64>()
    }

    pub(super) fn used(&self) -> u64 {
        let buffers: u64 = self.buffers.iter().map(|buffer| buffer.capacity() as u64).sum();
        self.cache.bytes() + self.textures + self.shared_bytes() + buffers
    }

    pub(super) fn usage(&self) -> Usage {
        Usage { used: self.used(), limit: self.budget.limit() }
    }

    /// Other requests' frames go first, then their fields, then frames and fields far from the playhead.
    pub(super) fn make_room(&mut self, need: u64) {
        let limit = self.room();
        if self.cache.bytes() + need <= limit {
            return;
        }
        let mut field_ranks = HashMap::new();
        let mut frame_ranks = HashMap::new();
        if let Some(reel) = self.reels.first() {
            for (rank, slot) in reel.order().into_iter().enumerate() {
                let rank = i64::try_from(rank).unwrap_or(i64::MAX);
                field_ranks.extend([0, 1].into_iter().filter_map(|n| Some((reel.field_key(slot, n)?.clone(), rank))));
                frame_ranks.extend(reel.frame_key(slot).map(|key| (key, rank)));
            }
        }
        let age = |used: u64| i64::try_from(used).unwrap_or(i64::MAX);
        // The visible slot stays, whatever is needed.
        let gone = self.cache.make_room(
            need,
            limit,
            |key, used| match field_ranks.get(key) {
                None => Some((1, age(used))),
                Some(0) => None,
                Some(rank) => Some((3, -rank)),
            },
            |key, used| match frame_ranks.get(key) {
                None => Some((0, age(used))),
                Some(0) => None,
                Some(rank) => Some((2, -rank)),
            },
        );
        for (key, frame) in gone {
            for reel in &mut self.reels {
                if let Some(slot) = reel.slot_of(&key) {
                    reel.undo(slot);
                }
            }
            self.reuse(frame);
        }
    }

    /// Keeps the pixels of a frame that nobody else holds, for the next one.
    fn reuse(&mut self, frame: Arc<Frame>) {
        if let Some(frame) = Arc::into_inner(frame) {
            self.reuse_buffer(frame.pixels);
        }
    }

    pub(super) fn reuse_buffer(&mut self, pixels: Vec<u8>) {
        if self.buffers.len() < BUFFERS_KEPT {
            self.buffers.push(pixels);
        }
    }

    pub(super) fn buffer(&mut self, size: [u32; 2]) -> Vec<u8> {
        let wanted = frame_bytes(size);
        let fitting = self.buffers.iter().position(|buffer| {
            let capacity = buffer.capacity() as u64;
            (wanted..=wanted * 2).contains(&capacity)
        });
        match fitting {
            Some(at) => self.buffers.swap_remove(at),
            None => {
                // Buffers of another size are of no use any more.
                self.buffers.clear();
                Vec::new()
            }
        }
    }

    pub(super) fn placing(&mut self, grid: &Arc<Grid>, view: &View) -> Option<Placing> {
        let same =
            |(known, of, _): &(Arc<Grid>, View, Placing)| (Arc::ptr_eq(known, grid) || known == grid) && of == view;
        let at = self.placings.iter().position(same)?;
        self.placings[at..].rotate_left(1);
        self.placings.last().map(|(_, _, placing)| placing.clone())
    }

    pub(super) fn keep_placing(&mut self, grid: Arc<Grid>, view: View, placing: Placing) {
        if self.placings.len() >= PLACINGS_KEPT {
            self.placings.remove(0);
        }
        self.placings.push((grid, view, placing));
    }

    pub(super) fn basemap(&mut self, view: &View) -> Option<Arc<Basemap>> {
        let at = self.basemaps.iter().position(|(of, _)| of == view)?;
        self.basemaps[at..].rotate_left(1);
        self.basemaps.last().map(|(_, basemap)| basemap.clone())
    }

    pub(super) fn keep_basemap(&mut self, view: View, basemap: Arc<Basemap>) {
        if self.basemaps.len() >= BASEMAPS_KEPT {
            self.basemaps.remove(0);
        }
        self.basemaps.push((view, basemap));
    }

    pub(super) fn surveyed(&mut self, id: u64, placings: [Option<Placing>; 2], keep_margin: bool) {
        let Some(reel) = self.reel(id) else { return };
        reel.survey = Once::Done(());
        for (layer, placing) in reel.layers.iter_mut().zip(placings) {
            let (Some(layer), Some(placing)) = (layer.as_mut(), placing) else { continue };
            if let Some(sampler) = placing.sampler() {
                let margin = keep_margin.then(|| with_margin(sampler.window, &layer.plan.grid));
                layer.window = margin.unwrap_or(sampler.window);
            }
            layer.placing = Some(placing);
        }
        let undrawn = |n: &usize| reel.layers[*n].as_ref().is_some_and(|layer| !layer.is_drawn());
        for n in (0..2).filter(undrawn).collect::<Vec<_>>() {
            self.leave_out(id, n);
        }
        self.adopt_ranges(id);
        self.settle(id);
    }

    fn adopt_ranges(&mut self, id: u64) {
        let Some(at) = self.reels.iter().position(|reel| reel.id == id) else { return };
        for layer in self.reels[at].layers.iter_mut().flatten().filter(|layer| layer.wants_range()) {
            layer.know_extents(|key| self.cache.extent(key));
        }
    }

    /// Once all looks are known, the frames of this setting that are kept are finished already.
    pub(super) fn settle(&mut self, id: u64) {
        let Some(at) = self.reels.iter().position(|reel| reel.id == id) else { return };
        let reel = &mut self.reels[at];
        if reel.setting.is_none()
            && let Some(setting) = reel.settled()
        {
            let number = self.settings.number(setting);
            reel.setting = Some(number);
            if let Some(known) = self.sceneries.iter().position(|(known, _)| *known == number) {
                let found = self.sceneries.remove(known);
                reel.scenery = Once::Done(found.1.clone());
                self.sceneries.push(found);
            }
        }
        for slot in 0..reel.len() {
            if !reel.is_finished(slot) && reel.frame_key(slot).is_some_and(|key| self.cache.frame(&key).is_some()) {
                reel.painted(slot);
            }
            for n in 0..2 {
                let Some(layer) = reel.layers[n].as_ref() else { continue };
                let (window, columns) = (layer.window, layer.plan.grid.nx);
                let drawn = layer.drawn();
                if layer.wants_range_of(slot) || reel.part(slot, n) != Some(Part::Due) {
                    continue;
                }
                let kept = reel.field_key(slot, n).and_then(|key| self.cache.field(key));
                let covers = |inner| kept.as_ref().is_some_and(|kept| offset(kept.window, inner, columns).is_some());
                if covers(window) || drawn.is_some_and(covers) {
                    reel.set_part(slot, n, Part::Kept);
                }
            }
        }
    }

    pub(super) fn guessed(&mut self, id: u64, layer: usize, conversion: Affine, note: Option<EngineNote>) {
        if let Some(layer) = self.reel(id).and_then(|reel| reel.layers[layer].as_mut()) {
            layer.conversion = Once::Done(conversion);
        }
        self.note(note);
        self.settle(id);
    }

    pub(super) fn prepared(&mut self, id: u64, setting: u64, scenery: Arc<Scenery>) {
        if let Some(reel) = self.reel(id) {
            reel.scenery = Once::Done(scenery.clone());
        }
        self.sceneries.retain(|(known, _)| *known != setting);
        if self.sceneries.len() >= SCENERIES_KEPT {
            self.sceneries.remove(0);
        }
        self.sceneries.push((setting, scenery));
    }

    /// A field was read, or could not be.
    pub(super) fn field_came(
        &mut self,
        id: u64,
        slot: usize,
        n: usize,
        outcome: Result<(Kept, Option<Extent>), SourceError>,
    ) {
        let Some(reel) = self.reel(id) else { return };
        let key = reel.field_key(slot, n).cloned();
        let Some(layer) = reel.layers[n].as_mut() else { return };
        let extent = outcome.as_ref().ok().and_then(|(_, extent)| *extent);
        layer.add_to_range(slot, extent);
        if let (Some(key), Some(extent)) = (&key, extent) {
            self.cache.put_extent(key.clone(), extent);
        }
        let kept = match outcome {
            Ok((kept, _)) => Arc::new(kept),
            Err(error) => {
                if let Some(reel) = self.reel(id) {
                    reel.layer_failed(slot, n, error);
                }
                return self.settle(id);
            }
        };
        if let (Some(asked), Some(reel)) = (self.series.as_mut(), self.reels.first())
            && reel.id == id
        {
            asked.fill(reel, slot, n, &kept);
        }
        if let Some(key) = key {
            self.make_room((kept.values.len() * size_of::<f32>()) as u64);
            self.cache.put_field(key, kept);
        }
        if let Some(reel) = self.reel(id) {
            reel.set_part(slot, n, Part::Kept);
            if reel.setting.is_none() {
                self.settle(id);
            }
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let reel = self.reels.first();
        Snapshot {
            generation: self.generation,
            catalog: self.catalog.clone(),
            plan: reel.map(|reel| reel.plan.clone()).unwrap_or_default(),
            slots: reel.map(Reel::states).unwrap_or_default(),
            opening: self.opening.progress(),
            models_listed: self.opening.models_are_listed(),
            progress: reel.map(Reel::progress).unwrap_or_default(),
            notes: self.notes.clone(),
            series: self.series.as_ref().map(Asked::answer),
        }
    }

    /// The finished frame of a slot of the current request.
    pub(super) fn frame(&mut self, slot: usize) -> Option<Arc<Frame>> {
        let reel = self.reels.first()?;
        let key: FrameKey = reel.is_painted(slot).then(|| reel.frame_key(slot))??;
        self.cache.frame(&key)
    }
}

pub(super) fn frame_bytes([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height) * 4
}
