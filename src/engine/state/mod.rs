//! All that changes while the engine runs, behind one lock that is never held across work.

mod room;

use std::collections::HashMap;
use std::sync::Arc;

use super::budget::Budget;
use super::cache::{Cache, Kept, offset};
use super::doubles::Doubles;
use super::key::{FrameKey, Settings};
use super::layer::{Extent, Told, with_margin};
use super::opening::{Opening, OpeningJob};
use super::reel::{Batch, Next, Once, Part, Reel};
use super::request::Request;
use super::scenery::{Placing, Scenery};
use super::series::Asked;
use super::snapshot::{EngineNote, Snapshot};
use crate::catalog::{Catalog, Double, Seen};
use crate::grid::Grid;
use crate::map::{Basemap, View};
use crate::render::Frame;
use crate::source::{Choice, SourceError};

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
    /// What fields look like whose unit is told by their values, by reader, variable and choice.
    pub seen: HashMap<(u64, u32, Arc<Choice>), Seen>,
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

/// How many prepared settings are kept.
const SCENERIES_KEPT: usize = 4;

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
            seen: HashMap::new(),
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
        let renewed = self.opening.take_renewed();
        self.unsay(&renewed);
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

    pub(super) fn surveyed(&mut self, id: u64, placings: [Option<Placing>; 2], keep_margin: bool) {
        let Some(reel) = self.reel(id) else { return };
        reel.survey = Once::Done(());
        for (layer, placing) in reel.layers.iter_mut().zip(placings) {
            let (Some(layer), Some(placing)) = (layer.as_mut(), placing) else { continue };
            if let Some(window) = placing.window() {
                let margin = keep_margin.then(|| with_margin(window, &layer.plan.grid));
                layer.window = margin.unwrap_or(window);
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

    pub(super) fn guessed(&mut self, id: u64, layer: usize, told: Told, notes: Vec<EngineNote>) {
        if let Some(layer) = self.reel(id).and_then(|reel| reel.layers[layer].as_mut()) {
            layer.conversion = Once::Done(told);
        }
        self.note(notes);
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
