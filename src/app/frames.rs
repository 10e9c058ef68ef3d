//! Between the engine and the screen: what is asked for, what is taken up, what comes next.

use std::sync::Arc;
use std::time::Duration;

use super::App;
use super::notices::Notice;
use super::player::Readiness;
use crate::engine::{Picture, Request, SlotState};
use crate::map;
use crate::render::Layout;

/// The region that shows all of the data.
pub(super) const DATA: &str = "data";

impl App {
    /// Moves the loop on if it is time, and tells the engine what is on screen.
    pub(super) fn play(&mut self, ctx: &egui::Context, now: f64) {
        let (shelf, snapshot) = (&self.shelf, &self.snapshot);
        let readiness = |slot: usize| {
            let failed = matches!(snapshot.slots.get(slot), Some(SlotState::Failed(_)));
            if failed || shelf.get(slot).is_some() { Readiness::Ready } else { Readiness::Waiting }
        };
        if let Some(wait) = self.player.advance(now, readiness) {
            ctx.request_repaint_after(Duration::from_secs_f64(wait.clamp(0.0, 1.0)));
        }
        self.engine.set_busy(self.player.playing || self.hand.moving(now).is_some());
        let seek = (self.player.slot, !self.player.reverse);
        if self.sent.is_some() && self.sought != Some(seek) {
            self.sought = Some(seek);
            self.engine.seek(seek.0, seek.1);
        }
    }

    /// Asks the engine for the picture that fits into `size` physical pixels, unless it has been asked for already or
    /// the hand still moves faster than pictures are made.
    pub(super) fn ask_for_picture(&mut self, ctx: &egui::Context, size: [u32; 2], now: f64) {
        let Some(selection) = self.selection.clone() else { return };
        let picture = self.wanted_picture(size, ctx.pixels_per_point(), now);
        if self.sent.as_ref().is_some_and(|(s, p)| *s == selection && **p == picture) {
            return;
        }
        let by_hand = self.sent.as_ref().is_some_and(|(s, p)| {
            let moved =
                Picture { view: picture.view.clone(), zoomed: picture.zoomed, size: picture.size, ..(**p).clone() };
            *s == selection && moved == picture
        });
        if by_hand && let Some(rest) = self.hand.moving(now) {
            let done = self.sent.as_ref().is_some_and(|(_, sent)| self.shelf.is_sharp(self.player.slot, sent));
            if !done {
                ctx.request_repaint_after(Duration::from_secs_f64(rest));
                return;
            }
        }
        let slot = self.player.slot;
        self.engine.request(Request { selection: selection.clone(), picture: picture.clone(), slot });
        self.engine.seek(slot, !self.player.reverse);
        self.sought = Some((slot, !self.player.reverse));
        self.sent = Some((selection, Arc::new(picture)));
        self.snapshot = self.engine.snapshot();
    }

    /// The picture for the window as it stands. Its view follows the region, or stays where the hand put it.
    fn wanted_picture(&mut self, size: [u32; 2], pixels_per_point: f32, now: f64) -> Picture {
        let map = Layout::new(size, pixels_per_point).map;
        let room = [map.width, map.height];
        let region = map::region(&self.panes.region).or_else(|| map::region(DATA)).or(map::regions().first());
        let fits = |view: &map::View| view.size == room && view.pixels_per_point == pixels_per_point;
        let view = match (self.hand.view.take(), region) {
            (Some(view), _) if fits(&view) => view,
            (Some(view), _) if !self.hand.home => {
                self.hand.moved = Some(now);
                view.resized(room, pixels_per_point)
            }
            (before, Some(region)) => {
                // Only a window that changes its size is a movement of the hand; a region is wanted at once.
                if before.is_some() {
                    self.hand.moved = Some(now);
                }
                let home = region.view(room, pixels_per_point, self.plan.grid().map(|grid| &**grid));
                let last = self.view_of_last_time(region, &home);
                self.hand.home &= last.is_none();
                last.unwrap_or(home)
            }
            (Some(view), None) => view.resized(room, pixels_per_point),
            (None, None) => unreachable!("there are bundled regions"),
        };
        self.hand.view = Some(view.clone());
        Picture {
            size,
            pixels_per_point,
            region: self.panes.region.clone(),
            zoomed: !self.hand.home,
            view,
            language: self.language,
            interval_factor: self.interval_factor,
        }
    }

    /// Makes textures of finished frames: the one on screen first, then those that the loop shows next.
    pub(super) fn take_up_frames(&mut self, ctx: &egui::Context) {
        let Some((_, picture)) = self.sent.clone() else { return };
        let frame_bytes = u64::from(picture.size[0]) * u64::from(picture.size[1]) * 4;
        let limit = self.texture_limit(frame_bytes);
        let most = usize::try_from(limit / frame_bytes.max(1)).unwrap_or(usize::MAX).max(1);
        let order: Vec<usize> = std::iter::once(self.player.slot).chain(self.player.upcoming()).take(most).collect();
        let (engine, snapshot) = (&self.engine, &self.snapshot);
        let ready = |slot: usize| match snapshot.slots.get(slot) {
            Some(SlotState::Ready) => engine.frame(slot),
            _ => None,
        };
        let upload = self.shelf.take_up(ctx, order.iter().copied(), &picture, ready);
        self.shelf.shrink(order.into_iter(), limit);
        self.engine.reserve_textures(self.shelf.bytes());
        if upload.more {
            ctx.request_repaint();
        }
        if let Some(side) = upload.too_large {
            self.notices.add(Notice::TooLarge { side });
        }
    }

    /// Half of the byte budget, but at least three frames, which a loop needs to run at all.
    fn texture_limit(&self, frame_bytes: u64) -> u64 {
        (self.engine.budget().limit / 2).max(3 * frame_bytes)
    }

    pub(super) fn slot_state(&self, slot: usize) -> Option<&SlotState> {
        self.snapshot.slots.get(slot)
    }
}
