//! The timeline: one slot for each step, as wide as the time it stands for.
//!
//! What a step has come to is told by its shape, and by its colour besides: a low line waits, a half bar is being
//! made, a full bar is ready, a crossed box failed, a notched bar lacks one of its layers, a dotted outline is missing
//! altogether; a step left out is small.

use egui::{Color32, CornerRadius, FontId, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::theme::Palette;
use super::{App, clock, theme};
use crate::catalog::SlotTime;
use crate::engine::{Plan, SlotState};
use crate::text;
use crate::time::Moment;

pub(super) const HEIGHT: f32 = 46.0;
const BAR: f32 = 20.0;
const TOP: f32 = 5.0;

/// A part of the timeline, in shares of the whole: a slot, or a time for which there is nothing yet.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    begin: f32,
    end: f32,
    what: Result<usize, SlotTime>,
}

/// Slots and missing times in their order, each as long as the time it stands for.
fn cells(plan: &Plan) -> Vec<Cell> {
    let seconds = |time: &SlotTime| time.valid.map(|v| v.0.seconds).or(time.lead.map(|lead| lead.0));
    let slots = plan.slots.iter().enumerate().map(|(slot, planned)| (seconds(&planned.time), Ok(slot)));
    let missing = plan.missing.iter().map(|time| (seconds(time), Err(*time)));
    let mut all: Vec<(Option<i64>, Result<usize, SlotTime>)> = slots.chain(missing).collect();
    if all.iter().all(|(seconds, _)| seconds.is_some()) {
        // Slots stay in their own order.
        all.sort_by_key(|(seconds, _)| *seconds);
    }
    let known: Option<Vec<i64>> = all.iter().map(|(seconds, _)| *seconds).collect();
    let rising = known.filter(|times| times.windows(2).all(|pair| pair[1] > pair[0]) && times.len() > 1);
    let lengths: Vec<f64> = match rising {
        Some(times) => {
            let mut lengths: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
            // The last step stands for as much time as the one before it.
            lengths.push(lengths.last().copied().unwrap_or(1.0));
            lengths
        }
        None => vec![1.0; all.len()],
    };
    let total: f64 = lengths.iter().sum();
    let mut at = 0.0;
    let cell = |((_, what), length): ((Option<i64>, Result<usize, SlotTime>), f64)| {
        let begin = at;
        at += length / total;
        Cell { begin: begin as f32, end: at as f32, what }
    };
    all.into_iter().zip(lengths).map(cell).collect()
}

/// Where each slot begins and ends, in shares of the whole.
pub(super) fn widths(plan: &Plan) -> Vec<(f32, f32)> {
    let slots = cells(plan).into_iter().filter_map(|cell| Some((cell.what.ok()?, (cell.begin, cell.end))));
    let mut slots: Vec<(usize, (f32, f32))> = slots.collect();
    slots.sort_by_key(|(slot, _)| *slot);
    slots.into_iter().map(|(_, place)| place).collect()
}

/// The slot at a share of the whole.
fn slot_at(widths: &[(f32, f32)], share: f32) -> usize {
    widths.iter().position(|(_, end)| share < *end).unwrap_or(widths.len().saturating_sub(1))
}

/// Where a moment lies, as a share of the whole; `None` outside.
fn share_of(plan: &Plan, widths: &[(f32, f32)], now: Moment) -> Option<f32> {
    let times: Option<Vec<i64>> = plan.slots.iter().map(|slot| slot.time.valid.map(|valid| valid.0.seconds)).collect();
    let times = times?;
    let at = times.iter().rposition(|time| *time <= now.seconds)?;
    let (begin, end) = *widths.get(at)?;
    let length = match times.get(at + 1) {
        Some(next) => next - times[at],
        None => times[at] - times.get(at.checked_sub(1)?)?,
    };
    let part = (now.seconds - times[at]) as f32 / length.max(1) as f32;
    // Between it and the next there may be times that are missing.
    let end = widths.get(at + 1).map_or(end, |(next, _)| *next);
    (part <= 1.0).then_some(begin + (end - begin) * part)
}

impl App {
    pub(super) fn timeline(&mut self, ui: &mut Ui, width: f32) {
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, HEIGHT), Sense::click_and_drag());
        let widths = widths(&self.plan);
        let name = self.say("app_play.timeline");
        let (slot, count) = (self.player.slot, self.player.count());
        let heading = self.step_heading();
        response.widget_info(|| {
            let mut info = WidgetInfo::slider(true, slot as f64, name);
            info.current_text_value = Some(heading.clone());
            info
        });
        if count == 0 || !ui.is_rect_visible(rect) {
            return;
        }
        let track = Rect::from_min_size(rect.min + Vec2::new(0.0, TOP), Vec2::new(rect.width(), BAR));
        let share = |at: Pos2| ((at.x - track.left()) / track.width()).clamp(0.0, 1.0);
        let under = |at: Pos2| slot_at(&widths, share(at));
        let modified = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        if let Some(at) = response.interact_pointer_pos() {
            if modified && response.clicked() {
                self.player.toggle_skip(under(at));
            } else if !modified && (response.dragged() || response.clicked() || response.is_pointer_button_down_on()) {
                self.player.go_to(under(at));
            }
        }
        self.draw_timeline(ui, track, &widths);
        if let Some(at) = response.hover_pos().filter(|_| !response.dragged()) {
            let cell = cells(&self.plan).into_iter().find(|cell| share(at) < cell.end);
            let words = match cell.map(|cell| cell.what) {
                Some(Err(missing)) => self.missing_words(missing),
                _ => self.slot_words(under(at)),
            };
            response.on_hover_ui_at_pointer(|ui| {
                ui.label(words);
            });
        }
    }

    fn draw_timeline(&self, ui: &Ui, track: Rect, widths: &[(f32, f32)]) {
        let palette = theme::palette(ui);
        let painter = ui.painter();
        let at = |share: f32| track.left() + share * track.width();
        for (slot, (begin, end)) in widths.iter().enumerate() {
            let (left, right) = (at(*begin), at(*end));
            // A pixel between neighbours, as long as they are wide enough to spare it.
            let gap = if right - left > 4.0 { 1.5 } else { 0.0 };
            let cell = Rect::from_min_max(Pos2::new(left, track.top()), Pos2::new(right - gap, track.bottom()));
            self.draw_slot(ui, &palette, slot, cell);
        }
        for cell in cells(&self.plan).into_iter().filter(|cell| cell.what.is_err()) {
            draw_missing(ui, &palette, Rect::from_x_y_ranges(at(cell.begin)..=at(cell.end), track.y_range()));
        }
        self.draw_days(ui, track);
        if let Some(share) = share_of(&self.plan, widths, Moment::now()) {
            let x = at(share);
            painter.vline(x, track.top() - 3.0..=track.bottom() + 3.0, Stroke::new(1.5, palette.failure));
            let base = Pos2::new(x, track.bottom() + 3.0);
            painter.add(triangle(base, 4.5, palette.failure));
        }
        if let Some((begin, end)) = widths.get(self.player.slot) {
            let (left, right) = (at(*begin), at(*end));
            let wide = (right - left).max(5.0);
            let middle = f32::midpoint(left, right);
            let head = Rect::from_center_size(Pos2::new(middle, track.center().y), Vec2::new(wide, BAR + 8.0));
            painter.rect_stroke(head, CornerRadius::same(3), Stroke::new(2.0, palette.text), StrokeKind::Outside);
        }
    }

    fn draw_slot(&self, ui: &Ui, palette: &Palette, slot: usize, cell: Rect) {
        let painter = ui.painter();
        let foot =
            |share: f32| Rect::from_min_max(Pos2::new(cell.left(), cell.bottom() - cell.height() * share), cell.max);
        if self.player.skipped.contains(&slot) {
            let dot = Rect::from_center_size(cell.center(), Vec2::new((cell.width() * 0.5).min(6.0), 3.0));
            painter.rect_filled(dot, CornerRadius::same(1), palette.quiet);
            return;
        }
        let corner = CornerRadius::same(2);
        let planned = self.plan.slots.get(slot);
        let lacks = planned.is_some_and(|s| {
            (s.bands.is_none() && self.plan.bands.is_some()) || (s.lines.is_none() && self.plan.lines.is_some())
        });
        let full = palette.accent;
        if self.plan.is_arriving(slot) {
            draw_missing(ui, palette, cell);
        }
        match self.slot_state(slot) {
            Some(SlotState::Ready) if lacks => {
                painter.rect_filled(foot(1.0), corner, full.gamma_multiply(0.45));
                let notch = Rect::from_min_size(cell.min, Vec2::new(cell.width(), cell.height() * 0.4));
                painter.rect_filled(notch.shrink2(Vec2::new(cell.width() * 0.25, 0.0)), corner, palette.ground);
            }
            Some(SlotState::Ready) => {
                painter.rect_filled(foot(1.0), corner, full.gamma_multiply(0.75));
            }
            Some(SlotState::Rendering) => {
                painter.rect_filled(foot(0.5), corner, full.gamma_multiply(0.45));
                painter.rect_stroke(foot(1.0), corner, Stroke::new(1.0, palette.edge), StrokeKind::Inside);
            }
            Some(SlotState::Failed(_)) => draw_failed(ui, palette, cell),
            Some(SlotState::Waiting) | None => {
                painter.rect_filled(foot(0.14), corner, palette.quiet.gamma_multiply(0.55));
            }
        }
    }

    /// Days below the slots, where there is room: a line and its name at each midnight UTC.
    fn draw_days(&self, ui: &Ui, track: Rect) {
        let palette = theme::palette(ui);
        let font = FontId::proportional(11.5);
        let mut free_from = track.left();
        let mut day = None;
        for cell in cells(&self.plan) {
            let time = cell.what.map_or_else(Some, |slot| self.plan.slots.get(slot).map(|slot| slot.time));
            let Some(valid) = time.and_then(|time| time.valid) else { continue };
            let date = valid.0.date();
            if day == Some(date) {
                continue;
            }
            let midnight = valid.0.clock() == (0, 0, 0);
            let first = day.is_none();
            day = Some(date);
            let x = track.left() + cell.begin * track.width();
            if midnight && !first {
                ui.painter().vline(x - 0.75, track.bottom()..=track.bottom() + 7.0, Stroke::new(1.0, palette.quiet));
            }
            let words = format!("{} {}", clock::weekday(valid.0, self.language), date.day);
            let galley = ui.painter().layout_no_wrap(words.trim().to_owned(), font.clone(), palette.quiet);
            if x >= free_from && x + galley.size().x + 3.0 <= track.right() {
                free_from = x + galley.size().x + 12.0;
                ui.painter().galley(Pos2::new(x + 3.0, track.bottom() + 4.0), galley, palette.quiet);
            }
        }
    }

    /// Lead time and valid time.
    fn time_words(&self, time: SlotTime) -> Vec<String> {
        let mut lines: Vec<String> = time.lead.iter().map(ToString::to_string).collect();
        lines.extend(time.number.map(|number| self.numbered(number)));
        if let Some(valid) = time.valid {
            lines.push(clock::utc(valid.0, self.language));
            lines.extend(self.zone.local(valid.0, self.language));
        }
        lines
    }

    fn missing_words(&self, time: SlotTime) -> String {
        let mut lines = self.time_words(time);
        lines.push(self.say("app_play.missing").to_owned());
        lines.join("\n")
    }

    /// What a slot is and how far it has come.
    fn slot_words(&self, slot: usize) -> String {
        let Some(planned) = self.plan.slots.get(slot) else { return String::new() };
        let mut lines = self.time_words(planned.time);
        lines.push(match self.slot_state(slot) {
            Some(SlotState::Failed(reason)) => reason.tell(self.language),
            Some(SlotState::Ready) => self.say("app_play.ready").to_owned(),
            Some(SlotState::Rendering) => self.say("app_play.rendering").to_owned(),
            Some(SlotState::Waiting) | None => self.say("app_play.waiting").to_owned(),
        });
        if self.plan.is_arriving(slot) {
            lines.push(self.say("app_play.arriving").to_owned());
        }
        for (layer, there) in [(&self.plan.bands, planned.bands.is_some()), (&self.plan.lines, planned.lines.is_some())]
        {
            if let (Some(layer), false) = (layer, there) {
                let name = layer.short.in_language(self.language);
                lines.push(text::fill(self.language, "app_play.lacks", &[("layer", name)]));
            }
        }
        let key = if self.player.skipped.contains(&slot) { "app_play.skipped" } else { "app_play.skip_tip" };
        lines.push(self.say(key).to_owned());
        lines.join("\n")
    }
}

fn draw_failed(ui: &Ui, palette: &Palette, cell: Rect) {
    let stroke = Stroke::new(1.2, palette.failure);
    let painter = ui.painter();
    painter.rect_stroke(cell, CornerRadius::same(2), stroke, StrokeKind::Inside);
    let cross = Rect::from_center_size(cell.center(), Vec2::splat((cell.width() - 2.0).clamp(2.0, 9.0)));
    painter.line_segment([cross.left_top(), cross.right_bottom()], stroke);
    painter.line_segment([cross.right_top(), cross.left_bottom()], stroke);
}

/// Nothing has come yet: an empty place.
fn draw_missing(ui: &Ui, palette: &Palette, cell: Rect) {
    let outline = cell.shrink2(Vec2::new((cell.width() * 0.15).min(2.0), 0.5));
    if outline.width() < 4.0 {
        let dot = Vec2::new((cell.width() * 0.4).clamp(1.0, 3.0), 2.0);
        let middle = Rect::from_center_size(Pos2::new(cell.center().x, cell.bottom() - 1.5), dot);
        ui.painter().rect_filled(middle, CornerRadius::same(1), palette.quiet.gamma_multiply(0.7));
    } else {
        let points = [
            outline.left_bottom(),
            outline.left_top(),
            outline.right_top(),
            outline.right_bottom(),
            outline.left_bottom(),
        ];
        let stroke = Stroke::new(1.0, palette.quiet.gamma_multiply(0.6));
        ui.painter().extend(egui::Shape::dashed_line(&points, stroke, 2.0, 3.0));
    }
}

/// A small mark that points up at `tip`.
fn triangle(tip: Pos2, size: f32, colour: Color32) -> egui::Shape {
    let points = vec![tip, tip + Vec2::new(size, size * 1.3), tip + Vec2::new(-size, size * 1.3)];
    egui::Shape::convex_polygon(points, colour, Stroke::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Slot;
    use crate::time::{LeadTime, ReferenceTime};

    fn plan(hours: &[i64]) -> Plan {
        let run = ReferenceTime(Moment::from_unix(0));
        let slots = hours.iter().map(|hour| {
            let lead = LeadTime(hour * 3600);
            Slot {
                time: SlotTime { valid: Some(run + lead), lead: Some(lead), number: None },
                bands: None,
                lines: None,
            }
        });
        Plan { slots: slots.collect(), ..Plan::default() }
    }

    #[test]
    fn a_slot_is_as_wide_as_the_time_it_stands_for() {
        let widths = widths(&plan(&[0, 3, 6, 12, 24]));
        let lengths: Vec<f32> = widths.iter().map(|(begin, end)| (end - begin) * 36.0).collect();
        for (length, hours) in lengths.iter().zip([3.0, 3.0, 6.0, 12.0, 12.0]) {
            assert!((length - hours).abs() < 1e-3, "{lengths:?}");
        }
        assert_eq!(slot_at(&widths, 0.0), 0);
        assert_eq!(slot_at(&widths, 0.4), 3);
        assert_eq!(slot_at(&widths, 1.0), 4);
    }

    #[test]
    fn now_is_marked_only_within_the_run() {
        let plan = plan(&[0, 6, 12]);
        let widths = widths(&plan);
        let at = |hour: i64| share_of(&plan, &widths, Moment::from_unix(hour * 3600));
        assert_eq!(at(-1), None);
        assert!((at(9).expect("within") - 0.5).abs() < 1e-3);
        assert!(at(18).is_some());
        assert_eq!(at(19), None);
    }

    #[test]
    fn what_is_missing_has_its_place_in_time() {
        let mut plan = plan(&[0, 6, 18]);
        let run = ReferenceTime(Moment::from_unix(0));
        plan.missing = [12, 24]
            .map(|hour| LeadTime(hour * 3600))
            .map(|lead| SlotTime { valid: Some(run + lead), lead: Some(lead), number: None })
            .to_vec();
        let shares: Vec<f32> = cells(&plan).iter().map(|cell| cell.begin).collect();
        for (share, fifth) in shares.iter().zip(0_u8..) {
            assert!((share - f32::from(fifth) / 5.0).abs() < 1e-3, "{shares:?}");
        }
        let widths = widths(&plan);
        assert_eq!(widths.len(), 3);
        assert!((widths[2].0 - 0.6).abs() < 1e-3);
        let now = share_of(&plan, &widths, Moment::from_unix(12 * 3600)).expect("within");
        assert!((now - 0.4).abs() < 1e-3, "between +6 and +18 h lies the missing one: {now}");
    }

    #[test]
    fn no_slot_and_one_slot_have_their_places() {
        assert!(widths(&plan(&[])).is_empty());
        assert_eq!(widths(&plan(&[6])), [(0.0, 1.0)]);
        assert_eq!(slot_at(&[], 0.5), 0);
    }
}
