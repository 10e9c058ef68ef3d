//! The middle of the window: the map, or what stands in its place.

use egui::{Align2, Color32, FontId, Pos2, Rect, Response, Sense, Ui, Vec2};

use super::hand::Pointer;
use super::textures::Sheet;
use super::{App, icons, theme, widgets};
use crate::engine::{Picture, SlotState};
use crate::grid::Projection;
use crate::map::View;
use crate::render::Layout;
use crate::text;

/// What the map shows where nothing is drawn yet: between its sea and its land.
const UNCOVERED: Color32 = Color32::from_rgb(0xE3, 0xE9, 0xEC);
const INK: Color32 = Color32::from_rgb(0x22, 0x2A, 0x33);
const QUIET_INK: Color32 = Color32::from_rgb(0x5A, 0x65, 0x72);

/// The area of the frame on screen, snapped to whole pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub rect: Rect,
    /// In physical pixels.
    pub size: [u32; 2],
    pub pixels_per_point: f32,
}

impl Area {
    fn of(room: Rect, pixels_per_point: f32) -> Self {
        let snap = |x: f32| (x * pixels_per_point).round() / pixels_per_point;
        let min = Pos2::new(snap(room.min.x), snap(room.min.y));
        let pixels = |length: f32| ((length * pixels_per_point).round().max(1.0)) as u32;
        let size = [pixels(room.max.x - min.x), pixels(room.max.y - min.y)];
        let points = Vec2::new(size[0] as f32, size[1] as f32) / pixels_per_point;
        Self { rect: Rect::from_min_size(min, points), size, pixels_per_point }
    }

    /// Pixels of the frame to points of the window.
    pub fn at(&self, x: f64, y: f64) -> Pos2 {
        self.rect.min + Vec2::new(x as f32, y as f32) / self.pixels_per_point
    }

    /// Points of the window to pixels of the frame.
    pub fn pixel(&self, at: Pos2) -> (f64, f64) {
        let offset = (at - self.rect.min) * self.pixels_per_point;
        (f64::from(offset.x), f64::from(offset.y))
    }

    pub fn map(&self) -> Rect {
        let map = Layout::new(self.size, self.pixels_per_point).map;
        let (x, y) = (f64::from(map.x), f64::from(map.y));
        Rect::from_min_max(self.at(x, y), self.at(f64::from(map.right()), f64::from(map.bottom())))
    }
}

impl App {
    pub(super) fn centre(&mut self, ui: &mut Ui, now: f64) {
        let ground = theme::palette(ui).well;
        egui::CentralPanel::no_frame().frame(egui::Frame::NONE.fill(ground)).show(ui, |ui| {
            let room = ui.available_rect_before_wrap();
            if room.width() < 8.0 || room.height() < 8.0 {
                return;
            }
            if self.selection.is_none() {
                self.empty_page(ui);
                return;
            }
            let area = Area::of(room, ui.pixels_per_point());
            let response = ui.allocate_rect(room, Sense::click_and_drag());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Image, true, self.map_words()));
            self.take_hand(ui, &response, &area, now);
            self.ask_for_picture(ui.ctx(), area.size, now);
            self.take_up_frames(ui.ctx());
            self.pass_over_blank(now);
            self.draw(ui, &area, now);
            self.draw_place(ui, &area);
            self.reading_box(ui, &response, &area);
            self.reset_button(ui, &area, now);
        });
    }

    /// The map was moved or zoomed away from its region's own view.
    pub(super) fn is_zoomed(&self) -> bool {
        self.hand.view.is_some() && !self.hand.home
    }

    /// Goes back to the region's own view; at the map's top right corner.
    fn reset_button(&mut self, ui: &mut Ui, area: &Area, now: f64) {
        if !self.is_zoomed() {
            return;
        }
        let corner = area.map().right_top() + Vec2::new(-10.0, 10.0);
        let button = egui::Button::new(self.say("app_map.reset")).fill(theme::palette(ui).card);
        let shown = egui::Area::new(egui::Id::unique("reset"))
            .order(egui::Order::Middle)
            .pivot(Align2::RIGHT_TOP)
            .fixed_pos(corner)
            .show(ui.ctx(), |ui| ui.add(button));
        let tip = super::commands::tip(super::Command::ZoomHome, self.language);
        if shown.inner.on_hover_text(tip).clicked() {
            self.perform(super::Command::ZoomHome, ui.ctx(), now);
        }
    }

    /// What a screen reader says of the map: why it is not there, where it is not.
    fn map_words(&self) -> String {
        let name = self.say("app_map.name");
        match self.slot_state(self.player.slot) {
            Some(SlotState::Failed(reason)) => format!("{name}. {}", reason.tell(self.language)),
            _ => name.to_owned(),
        }
    }

    /// Drag, wheel and click on the map.
    fn take_hand(&mut self, ui: &Ui, response: &Response, area: &Area, now: f64) {
        let Some(view) = self.hand.view.clone() else { return };
        let map = area.map();
        let (left, top) = area.pixel(map.min);
        let mut next = view.clone();
        if response.dragged_by(egui::PointerButton::Primary) {
            let drag = response.drag_delta() * area.pixels_per_point;
            if drag != Vec2::ZERO {
                next = next.panned(f64::from(drag.x), f64::from(drag.y));
            }
        }
        if let Some(at) = response.hover_pos().filter(|at| map.contains(*at)) {
            let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let factor = f64::from(pinch) * (f64::from(scroll) / 240.0).exp();
            if (factor - 1.0).abs() > 1e-4 {
                let (x, y) = area.pixel(at);
                next = next.zoomed(factor, (x - left, y - top));
            }
        }
        if next != view {
            self.hand.go(next, now);
            ui.ctx().request_repaint();
        }
        let place = |at: Pos2| {
            let (x, y) = area.pixel(at);
            self.hand.view.as_ref().and_then(|view| view.to_lon_lat(x - left, y - top))
        };
        let over = response.hover_pos().filter(|at| map.contains(*at)).and_then(place);
        let clicked = response.interact_pointer_pos().filter(|at| response.clicked() && map.contains(*at));
        let clicked = clicked.and_then(place);
        self.hand.pointer = over.map(|(lon, lat)| Pointer { lon, lat });
        if response.double_clicked() {
            return;
        }
        if let Some((lon, lat)) = clicked {
            self.ask_series(lon, lat);
        }
        if response.dragged() {
            ui.set_cursor_icon(egui::CursorIcon::Grabbing);
        } else if self.hand.pointer.is_some() {
            ui.set_cursor_icon(egui::CursorIcon::Crosshair);
        }
    }

    /// Zooms about the middle of the map.
    pub(super) fn zoom_middle(&mut self, factor: f64, now: f64) {
        if let Some(view) = &self.hand.view {
            let middle = (f64::from(view.size[0]) / 2.0, f64::from(view.size[1]) / 2.0);
            let next = view.zoomed(factor, middle);
            self.hand.go(next, now);
        }
    }

    /// Moves the map's content by shares of its size.
    pub(super) fn pan_share(&mut self, x: f64, y: f64, now: f64) {
        if let Some(view) = &self.hand.view {
            let next = view.panned(x * f64::from(view.size[0]), y * f64::from(view.size[1]));
            self.hand.go(next, now);
        }
    }

    fn draw(&self, ui: &Ui, area: &Area, now: f64) {
        let slot = self.player.slot;
        if let Some(SlotState::Failed(reason)) = self.slot_state(slot) {
            self.draw_failure(ui, area, &reason.tell(self.language));
            return;
        }
        let own = self.shelf.get(slot);
        let Some(sheet) = own.or_else(|| self.shelf.before(now)) else {
            self.draw_waiting(ui, area);
            ui.ctx().request_repaint_after_secs(0.1);
            return;
        };
        if own.is_none() {
            ui.ctx().request_repaint_after_secs(0.05);
        }
        match (&self.hand.view, &self.sent) {
            (Some(view), Some((_, picture))) if own.is_some() && !fits(sheet, view, area) => {
                draw_moved(ui, area, sheet, picture, view);
            }
            _ => draw_still(ui, area, sheet),
        }
    }

    fn draw_failure(&self, ui: &Ui, area: &Area, reason: &str) {
        let painter = ui.painter().with_clip_rect(area.rect);
        painter.rect_filled(area.rect, 0.0, theme::PAPER);
        let words = format!("{}\n\n{reason}", self.step_heading());
        let width = (area.rect.width() - 80.0).clamp(120.0, 640.0);
        let galley = painter.layout(words, FontId::proportional(15.0), INK, width);
        let middle = area.rect.center();
        let at = Pos2::new(middle.x - galley.size().x / 2.0, middle.y - galley.size().y / 2.0 + 26.0);
        let sign = Pos2::new(middle.x, at.y - 34.0);
        let red = Color32::from_rgb(0xB3, 0x26, 0x1E);
        painter.text(sign, Align2::CENTER_CENTER, icons::WARNING, theme::icon_font(38.0), red);
        painter.galley(at, galley, INK);
    }

    fn draw_waiting(&self, ui: &Ui, area: &Area) {
        let painter = ui.painter().with_clip_rect(area.rect);
        painter.rect_filled(area.rect, 0.0, theme::PAPER);
        painter.rect_filled(area.map(), 0.0, UNCOVERED);
        let words = text::fill(self.language, "app_map.making", &[("step", &self.step_heading())]);
        painter.text(area.map().center(), Align2::CENTER_CENTER, words, FontId::proportional(16.0), QUIET_INK);
    }

    /// The place of the open series.
    fn draw_place(&self, ui: &Ui, area: &Area) {
        let (Some((lon, lat)), Some(view)) = (self.panes.series, &self.hand.view) else { return };
        let Some((x, y)) = view.to_pixel(lon, lat) else { return };
        let map = area.map();
        let (left, top) = area.pixel(map.min);
        let at = area.at(left + x, top + y);
        let painter = ui.painter().with_clip_rect(map);
        painter.circle(at, 6.5, Color32::from_white_alpha(210), egui::Stroke::new(1.5, INK));
        painter.circle_filled(at, 2.5, Color32::from_rgb(0xC2, 0x18, 0x5B));
    }

    /// `step 3 of 12`
    pub(super) fn numbered(&self, number: usize) -> String {
        let (number, count) = ((number + 1).to_string(), self.plan.slots.len().to_string());
        text::fill(self.language, "app_play.numbered", &[("number", &number), ("count", &count)])
    }

    /// `+024 h`; the valid time where the step has no lead time, its number where it has no time.
    pub(super) fn step_heading(&self) -> String {
        let time = self.plan.slots.get(self.player.slot).map(|slot| slot.time);
        match time.map(|time| (time.lead, time.valid)) {
            Some((Some(lead), _)) => lead.to_string(),
            Some((None, Some(valid))) => super::clock::utc(valid.0, self.language),
            _ => time.and_then(|time| time.number).map(|number| self.numbered(number)).unwrap_or_default(),
        }
    }
}

/// The texture is what the area wants, pixel for pixel.
fn fits(sheet: &Sheet, view: &View, area: &Area) -> bool {
    sheet.size == area.size && sheet.picture.view == *view
}

fn draw_still(ui: &Ui, area: &Area, sheet: &Sheet) {
    let size = Vec2::new(sheet.size[0] as f32, sheet.size[1] as f32) / area.pixels_per_point;
    let rect = Rect::from_min_size(area.rect.min, size);
    let painter = ui.painter().with_clip_rect(area.rect);
    painter.rect_filled(area.rect, 0.0, theme::PAPER);
    painter.image(sheet.texture.id(), rect, WHOLE, Color32::WHITE);
}

const WHOLE: Rect = Rect { min: Pos2::ZERO, max: Pos2::new(1.0, 1.0) };

/// A texture of another view, or of another size: its title and legend stand still, its map is moved to where it
/// belongs, and the margin that it does not cover is left plain. Labels of the graticule are hidden, for they would
/// stand at the wrong places.
fn draw_moved(ui: &Ui, area: &Area, sheet: &Sheet, picture: &Picture, view: &View) {
    let painter = ui.painter().with_clip_rect(area.rect);
    painter.rect_filled(area.rect, 0.0, theme::PAPER);
    let [width, height] = sheet.size.map(|side| f64::from(side.max(1)));
    let layout = Layout::new(sheet.size, sheet.picture.pixels_per_point);
    let piece = |y: u32, rows: u32, to: Pos2| {
        let (top, bottom) = (f64::from(y) / height, f64::from(y.saturating_add(rows)) / height);
        let uv = Rect::from_min_max(Pos2::new(0.0, top as f32), Pos2::new(1.0, bottom as f32));
        let size = Vec2::new(sheet.size[0] as f32, rows as f32) / area.pixels_per_point;
        painter.image(sheet.texture.id(), Rect::from_min_size(to, size), uv, Color32::WHITE);
    };
    piece(0, sheet.map.y, area.rect.min);
    let foot = layout.legend.height as f32 / area.pixels_per_point;
    piece(layout.legend.y, layout.legend.height, area.rect.left_bottom() - Vec2::new(0.0, foot));
    let map = area.map();
    let inside = painter.with_clip_rect(map.intersect(area.rect));
    inside.rect_filled(map, 0.0, UNCOVERED);
    if !same_plane(&sheet.picture.view.projection, &view.projection) || picture.region != sheet.picture.region {
        return;
    }
    let old = &sheet.picture.view;
    let (left, top) = area.pixel(map.min);
    let corner = |x: u32, y: u32| {
        let (px, py) = view.pixel_of(old.units_at(f64::from(x), f64::from(y)));
        area.at(left + px, top + py)
    };
    let to = Rect::from_min_max(corner(0, 0), corner(old.size[0], old.size[1]));
    let from = |x: u32, y: u32| Pos2::new((f64::from(x) / width) as f32, (f64::from(y) / height) as f32);
    let uv = Rect::from_min_max(from(sheet.map.x, sheet.map.y), from(sheet.map.right(), sheet.map.bottom()));
    inside.image(sheet.texture.id(), to, uv, Color32::WHITE);
}

/// Positions of the two are the same numbers: a rolled plate carrée is still one.
fn same_plane(a: &Projection, b: &Projection) -> bool {
    matches!((a, b), (Projection::PlateCarree { .. }, Projection::PlateCarree { .. })) || a == b
}

impl App {
    /// Nothing is open: what can be opened, and how.
    fn empty_page(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        if let Some((done, of)) = self.snapshot.opening {
            let words =
                text::fill(self.language, "app_empty.opening", &[("done", &done.to_string()), ("of", &of.to_string())]);
            ui.centered_and_justified(|ui| ui.label(egui::RichText::new(words).size(16.0).color(palette.quiet)));
            return;
        }
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let height = 330.0 + 26.0 * self.settings.recent.len() as f32;
            let above_cards = ui.available_height() - self.panes.cards;
            ui.add_space(((above_cards - height) / 2.0).max(16.0));
            ui.vertical_centered(|ui| {
                ui.set_max_width(ui.available_width().min(460.0));
                ui.label(theme::icon(icons::GLOBE, 52.0).color(palette.accent));
                ui.add_space(6.0);
                ui.label(egui::RichText::new(self.say("app_empty.title")).size(22.0).color(palette.text));
                ui.add_space(2.0);
                ui.label(egui::RichText::new(self.say("app_empty.what")).color(palette.quiet));
                ui.label(egui::RichText::new(self.say("app_empty.drop")).color(palette.quiet));
                ui.add_space(16.0);
                self.empty_page_buttons(ui);
                self.recent_rows(ui);
                ui.add_space(self.panes.cards);
            });
        });
    }

    fn empty_page_buttons(&mut self, ui: &mut Ui) {
        let palette = theme::palette(ui);
        let size = Vec2::new(240.0, 34.0);
        let words = egui::RichText::new(self.say("app_empty.open")).size(15.0).color(palette.ground);
        if ui.add(egui::Button::new(words).fill(palette.accent).min_size(size)).clicked() {
            self.ask_for_files();
        }
        if ui.add(egui::Button::new(self.say("app_menu.open_folder")).min_size(size)).clicked() {
            self.ask_for_folder();
        }
        if ui.add(egui::Button::new(self.say("app_menu.open_path")).min_size(size)).clicked() {
            self.ask_with_field(super::errands::Purpose::OpenFiles);
        }
        if ui.add(egui::Button::new(self.say("app_menu.open_sample")).min_size(size)).clicked() {
            self.open_sample();
        }
    }

    fn recent_rows(&mut self, ui: &mut Ui) {
        if self.settings.recent.is_empty() {
            return;
        }
        ui.add_space(18.0);
        widgets::caption(ui, self.say("app_menu.recent"));
        let mut chosen = None;
        for path in &self.settings.recent {
            let (whole, name) = text::of_path(path);
            if ui.add(egui::Button::new(name).frame(false)).on_hover_text(whole).clicked() {
                chosen = Some(path.clone());
            }
        }
        if let Some(path) = chosen {
            self.open(vec![path]);
        }
    }
}
