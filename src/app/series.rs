//! The series at a place: both layers over all lead times, with the playhead on it.

use egui::{Align, Layout, Stroke, Ui, Vec2};
use egui_plot::{AxisHints, GridMark, Line, LineStyle, Plot, PlotPoints, Points, VLine};

use super::{App, clock, icons, reading, theme, widgets};
use crate::engine::LayerPlan;
use crate::product;
use crate::text::{self, Language};
use crate::time::Moment;

const HOUR: f64 = 3600.0;

impl App {
    /// Opens the series at a place.
    pub(super) fn ask_series(&mut self, lon: f64, lat: f64) {
        self.panes.series = Some((lon, lat));
        self.panes.series_asked = None;
    }

    /// Asks the engine anew where the selection has changed since.
    fn refresh_series(&mut self) {
        let Some((lon, lat)) = self.panes.series else { return };
        let generation = self.snapshot.generation;
        if self.sent.is_some() && self.panes.series_asked != Some(generation) {
            self.panes.series_asked = Some(generation);
            self.engine.ask_series(lon, lat);
        }
    }

    pub(super) fn series_window(&mut self, ui: &mut Ui) {
        self.refresh_series();
        let Some((lon, lat)) = self.panes.series else { return };
        let room = ui.ctx().content_rect();
        let size = Vec2::new((room.width() - 40.0).min(620.0), (room.height() - 160.0).clamp(160.0, 330.0));
        let mut open = true;
        egui::Window::new("series")
            .title_bar(false)
            .resizable(true)
            .default_size(size)
            .min_size(Vec2::new(240.0, 150.0))
            .pivot(egui::Align2::RIGHT_BOTTOM)
            .default_pos(room.right_bottom() - Vec2::new(16.0, 132.0))
            .frame(egui::Frame::window(ui.style()).inner_margin(12))
            .show(ui.ctx(), |ui| {
                ui.horizontal(|ui| {
                    let place = reading::position(self.language, lon, lat);
                    ui.label(egui::RichText::new(self.say("app_series.title")).size(15.0));
                    widgets::caption(ui, &place);
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        open = !widgets::icon_button(ui, icons::CLOSE, self.say("app_series.close"), "").clicked();
                    });
                });
                self.plots(ui);
            });
        if !open {
            self.panes.series = None;
        }
    }

    fn plots(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let Some(series) = self.snapshot.series.clone() else {
            widgets::caption(ui, self.say("app_series.reading"));
            return;
        };
        let layers: Vec<(&LayerPlan, &[f32], egui::Color32)> = [
            (&self.plan.bands, series.bands.as_slice(), palette.first_layer),
            (&self.plan.lines, series.lines.as_slice(), palette.second_layer),
        ]
        .into_iter()
        .filter_map(|(layer, values, colour)| Some((layer.as_ref()?, values, colour)))
        .collect();
        let times = self.slot_hours();
        // To the point: a window whose content is higher than itself grows with every display frame.
        let row = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let rows = layers.len() as f32 + if series.complete { 0.0 } else { 1.0 };
        let gaps = layers.len() as f32 * ui.spacing().item_spacing.y + 2.0;
        let height = ((ui.available_height() - rows * row - gaps) / layers.len().max(1) as f32).max(50.0);
        let mut chosen = None;
        for (n, (layer, values, colour)) in layers.iter().enumerate() {
            let unit = &layer.parameter.unit_label;
            let value = values.get(self.player.slot).copied();
            let name = layer.parameter.name.in_language(self.language);
            ui.horizontal(|ui| {
                ui.label(egui::RichText::new(name).size(12.5).color(*colour));
                ui.label(egui::RichText::new(self.value_words(layer, value)).size(12.5).color(palette.text));
            });
            let points: Vec<[f64; 2]> = times.iter().zip(*values).map(|(x, y)| [*x, f64::from(*y)]).collect();
            let at = times.get(self.player.slot).copied();
            let last = n + 1 == layers.len();
            let asked = self.plot(ui, (n, name, unit, *colour), &points, at, (height, last));
            chosen = chosen.or(asked);
        }
        if !series.complete {
            // As high as the other rows: the window keeps its size when all is read.
            ui.horizontal(|ui| widgets::caption(ui, self.say("app_series.reading")));
        }
        if let Some(hour) = chosen {
            let nearest = (0..times.len()).min_by(|a, b| (times[*a] - hour).abs().total_cmp(&(times[*b] - hour).abs()));
            if let Some(slot) = nearest {
                self.player.go_to(slot);
            }
        }
    }

    /// One layer's plot. Gives the hour that was clicked.
    fn plot(
        &self,
        ui: &mut Ui,
        (number, name, unit, colour): (usize, &str, &str, egui::Color32),
        points: &[[f64; 2]],
        playhead: Option<f64>,
        (height, last): (f32, bool),
    ) -> Option<f64> {
        let palette = theme::palette(ui);
        let language = self.language;
        let start = self.first_moment();
        let group = ui.scope_id().with("series");
        let words = name.to_owned();
        let known = || points.iter().copied().filter(|point| point[1].is_finite());
        let magnitude = product::magnitude(known().fold(0.0, |largest: f64, point| largest.max(point[1].abs())) as f32);
        // All marks are written: there are few of them, and a number that fades with the window's height helps nobody.
        let values = AxisHints::new_y()
            .min_thickness(46.0)
            .label_spacing(4.0..=10.0)
            .tick_label_color(palette.text)
            .tick_label_font(egui::FontId::proportional(11.5))
            .formatter(move |mark, _| axis_number(language, mark, magnitude));
        // The playhead is the only strong line, and words as wide as `sam. 21` do not touch.
        let room = f64::from((ui.available_width() - 50.0) / 62.0);
        let times = AxisHints::new_x()
            .label_spacing(30.0..=36.0)
            .tick_label_color(palette.text)
            .tick_label_font(egui::FontId::proportional(11.5))
            .formatter(move |mark, _| hour_words(language, start, mark));
        let plot = Plot::new(("series", number))
            .height(height)
            .show_background(false)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .show_axes([last, true])
            .link_axis(group, [true, false])
            .link_cursor(group, [true, false])
            .set_margin_fraction(Vec2::new(0.02, 0.12))
            .custom_y_axes(vec![values])
            .custom_x_axes(vec![times])
            .x_grid_spacer(move |input| hour_marks(start, input.bounds, room))
            .grid_color(palette.quiet.gamma_multiply(0.6))
            .y_grid_spacer(|input| value_marks(input.bounds))
            .label_formatter(move |_| None);
        let (color, edge) = (colour, palette.text);
        let unit = unit.to_owned();
        let shown = plot.show(ui, move |plot| {
            // Missing values cut the line: no straight stroke across what is not known.
            for run in points.split(|point| !point[1].is_finite()).filter(|run| run.len() > 1) {
                plot.line(Line::new(format!("{words} {unit}"), PlotPoints::from(run.to_vec())).color(color).width(1.8));
            }
            plot.points(
                Points::new(words.clone(), PlotPoints::from(known().collect::<Vec<_>>())).color(color).radius(2.2),
            );
            if let Some(at) = playhead {
                let stroke = Stroke::new(1.4, edge);
                plot.vline(VLine::new(String::new(), at).stroke(stroke).style(LineStyle::Solid));
                let here: Vec<[f64; 2]> = points.iter().copied().filter(|p| p[0] == at && p[1].is_finite()).collect();
                plot.points(Points::new(String::new(), PlotPoints::from(here)).color(edge).radius(4.0));
            }
            plot.pointer_coordinate().map(|point| point.x)
        });
        shown.inner.filter(|_| shown.response.clicked())
    }

    /// Hours of each slot since the first.
    fn slot_hours(&self) -> Vec<f64> {
        let seconds = self
            .plan
            .slots
            .iter()
            .map(|slot| slot.time.valid.map(|valid| valid.0.seconds).or(slot.time.lead.map(|lead| lead.0)));
        let all: Option<Vec<i64>> = seconds.collect();
        match all {
            Some(times) => {
                let first = times.first().copied().unwrap_or(0);
                times.iter().map(|time| (time - first) as f64 / HOUR).collect()
            }
            None => (0..self.plan.slots.len()).map(|n| n as f64).collect(),
        }
    }

    fn first_moment(&self) -> Option<Moment> {
        self.plan.slots.first().and_then(|slot| slot.time.valid).map(|valid| valid.0)
    }
}

fn axis_number(language: Language, mark: GridMark, magnitude: i32) -> String {
    let power = 10_f64.powi(magnitude);
    let digits = (-(mark.step_size / power).log10().floor()).clamp(0.0, 6.0) as usize;
    let number = reading::in_language(language, &format!("{:.digits$}", mark.value / power));
    if magnitude == 0 || mark.value == 0.0 { number } else { number + &text::power_of_ten(magnitude) }
}

/// `Sat 21` at midnight, else `12Z`; plain hours where there is no valid time.
fn hour_words(language: Language, start: Option<Moment>, mark: GridMark) -> String {
    let Some(start) = start else {
        let digits = if mark.step_size < 1.0 { 2 } else { 0 };
        return reading::in_language(language, &format!("{:.digits$}", mark.value));
    };
    let moment = Moment { seconds: start.seconds + (mark.value * HOUR).round() as i64, ..start };
    match moment.clock() {
        (0, 0, _) => format!("{} {}", clock::weekday(moment, language), moment.date().day).trim().to_owned(),
        (hour, minute, _) => {
            let clock = if minute == 0 { format!("{hour:02}") } else { format!("{hour:02}:{minute:02}") };
            text::fill(language, "app_series.hour", &[("hour", &clock)])
        }
    }
}

/// Marks at round values, three to six of them.
fn value_marks((from, to): (f64, f64)) -> Vec<GridMark> {
    let wanted = (to - from) / 3.0;
    if !(wanted > 0.0 && wanted.is_finite()) {
        return Vec::new();
    }
    let power = 10_f64.powf(wanted.log10().floor());
    let step = [5.0, 2.0, 1.0].map(|round| round * power).into_iter().find(|step| *step <= wanted).unwrap_or(power);
    let first = (from / step).ceil();
    (0..16)
        .map(|n| (first + f64::from(n)) * step)
        .take_while(|value| *value <= to)
        .map(|value| GridMark { value, step_size: step })
        .collect()
}

/// Marks every 6, 12, 24 … hours of the clock, as many as there is room for: whole days begin at midnight.
fn hour_marks(start: Option<Moment>, (from, to): (f64, f64), room: f64) -> Vec<GridMark> {
    const STEPS: [f64; 12] = [1.0 / 12.0, 0.25, 0.5, 1.0, 3.0, 6.0, 12.0, 24.0, 48.0, 120.0, 240.0, 480.0];
    let wanted = (to - from) / room.max(1.0);
    let step = STEPS.into_iter().find(|step| *step >= wanted).unwrap_or_else(|| (wanted / 480.0).ceil() * 480.0);
    // Hours of the first day that were over when the first step is valid.
    let over = start.map_or(0.0, |start| {
        let (hour, minute, second) = start.clock();
        f64::from(hour) + f64::from(minute) / 60.0 + f64::from(second) / HOUR
    });
    let first = ((from + over) / step).ceil();
    let marks = (0..64).map(|n| (first + f64::from(n)) * step - over);
    marks.take_while(|at| *at <= to).map(|value| GridMark { value, step_size: step }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands below the axis of a series of so many hours, from 2026-11-20 at this hour on.
    fn words(language: Language, hour: i64, hours: f64) -> Vec<String> {
        let start = Some(Moment::from_unix(1_795_132_800 + hour * 3600));
        hour_marks(start, (0.0, hours), 6.0).into_iter().map(|mark| hour_words(language, start, mark)).collect()
    }

    #[test]
    fn the_axis_says_the_hours_of_the_clock_and_at_midnight_the_day() {
        assert_eq!(words(Language::English, 12, 48.0), ["12Z", "Sat 21", "12Z", "Sun 22", "12Z"]);
        assert_eq!(words(Language::French, 12, 120.0), ["sam. 21", "dim. 22", "lun. 23", "mar. 24", "mer. 25"]);
        assert_eq!(words(Language::English, 0, 12.0), ["Fri 20", "03Z", "06Z", "09Z", "12Z"]);
        assert_eq!(words(Language::English, 23, 2.0), ["23Z", "23:30Z", "Sat 21", "00:30Z", "01Z"]);
    }

    #[test]
    fn a_series_without_valid_times_has_plain_hours() {
        let marks = hour_marks(None, (0.0, 24.0), 6.0);
        let words: Vec<_> = marks.into_iter().map(|mark| hour_words(Language::French, None, mark)).collect();
        assert_eq!(words, ["0", "6", "12", "18", "24"]);
        assert!(hour_marks(None, (0.0, 1e9), 6.0).len() <= 64);
    }
}
