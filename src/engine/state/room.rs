//! The room for fields and frames within the budget, and what views share: kept while it is of use.

use std::collections::HashMap;
use std::sync::Arc;

use super::State;
use crate::engine::budget::Usage;
use crate::engine::cache::frame_bytes;
use crate::engine::layer::Layer;
use crate::engine::reel::Reach;
use crate::engine::scenery::Placing;
use crate::grid::Grid;
use crate::map::{Basemap, View};
use crate::render::Frame;

/// How many views' samplers and maps are kept.
const PLACINGS_KEPT: usize = 4;
const BASEMAPS_KEPT: usize = 2;
/// Pixel buffers that wait for the next frame.
const BUFFERS_KEPT: usize = 4;

impl State {
    /// How far from the playhead fields and frames have room.
    pub(in crate::engine) fn reach(&mut self, n: usize) -> Reach {
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
        let window = |layer: &Layer| (layer.window.ny * layer.window.nx * size_of::<f32>()) as u64;
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

    pub(in crate::engine) fn used(&self) -> u64 {
        let buffers: u64 = self.buffers.iter().map(|buffer| buffer.capacity() as u64).sum();
        self.cache.bytes() + self.textures + self.shared_bytes() + buffers
    }

    pub(in crate::engine) fn usage(&self) -> Usage {
        Usage { used: self.used(), limit: self.budget.limit() }
    }

    /// Other requests' frames go first, then their fields, then frames and fields far from the playhead.
    pub(in crate::engine) fn make_room(&mut self, need: u64) {
        let limit = self.room();
        if self.cache.bytes() + need <= limit {
            return;
        }
        #[expect(
            clippy::mutable_key_type,
            reason = "the grid of a field, and what is made of it later, is no part of the key"
        )]
        let mut field_ranks = HashMap::new();
        #[expect(
            clippy::mutable_key_type,
            reason = "the grid of a field, and what is made of it later, is no part of the key"
        )]
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

    pub(in crate::engine) fn reuse_buffer(&mut self, pixels: Vec<u8>) {
        if self.buffers.len() < BUFFERS_KEPT {
            self.buffers.push(pixels);
        }
    }

    pub(in crate::engine) fn buffer(&mut self, size: [u32; 2]) -> Vec<u8> {
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

    pub(in crate::engine) fn placing(&mut self, grid: &Arc<Grid>, view: &View) -> Option<Placing> {
        let same =
            |(known, of, _): &(Arc<Grid>, View, Placing)| (Arc::ptr_eq(known, grid) || known == grid) && of == view;
        let at = self.placings.iter().position(same)?;
        self.placings[at..].rotate_left(1);
        self.placings.last().map(|(_, _, placing)| placing.clone())
    }

    pub(in crate::engine) fn keep_placing(&mut self, grid: Arc<Grid>, view: View, placing: Placing) {
        if self.placings.len() >= PLACINGS_KEPT {
            self.placings.remove(0);
        }
        self.placings.push((grid, view, placing));
    }

    pub(in crate::engine) fn basemap(&mut self, view: &View) -> Option<Arc<Basemap>> {
        let at = self.basemaps.iter().position(|(of, _)| of == view)?;
        self.basemaps[at..].rotate_left(1);
        self.basemaps.last().map(|(_, basemap)| basemap.clone())
    }

    pub(in crate::engine) fn keep_basemap(&mut self, view: View, basemap: Arc<Basemap>) {
        if self.basemaps.len() >= BASEMAPS_KEPT {
            self.basemaps.remove(0);
        }
        self.basemaps.push((view, basemap));
    }
}
