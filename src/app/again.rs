//! From one session to the next: what was on screen is shown again.

use super::App;
use super::settings::Last;
use crate::catalog::Catalog;
use crate::engine::{Selection, Subject};
use crate::map::{Region, View};

impl App {
    /// Files named on the command line take the place of those of last time.
    pub(super) fn forget_last(&mut self) {
        self.settings.last = Last::default();
    }

    /// The model of last time, at the run of last time or its newest, once its headers are read.
    pub(super) fn again(&mut self, catalog: &Catalog) -> Option<Selection> {
        let last = &self.settings.last;
        let model = catalog.model(last.model.as_deref()?)?;
        let same =
            model.runs.iter().find(|run| run.reference.map(|at| at.to_string()) == last.run && last.run.is_some());
        let run = same.or(model.runs.first())?;
        if !run.is_read() {
            self.engine.read_run(&model.id, run.reference);
            return None;
        }
        let next = self.choice_of_run(model, run)?;
        self.sources.again = false;
        Some(next)
    }

    /// All is read: what was on screen last time is there, or it is gone and something else is shown.
    pub(super) fn finish_again(&mut self, catalog: &Catalog, now: f64) {
        if !std::mem::take(&mut self.sources.again) || self.selection.is_some() {
            return;
        }
        match self.first_choice(catalog) {
            Some(first) => self.show(first, now),
            None if catalog.models.iter().all(|model| model.runs.is_empty()) => self.open_by_itself(),
            // Its headers are being read.
            None => {}
        }
    }

    /// Notes what is on screen, for the next session.
    pub(super) fn keep_last(&mut self, now: f64) {
        let Some(selection) = self.selection.clone() else { return };
        if self.hand.moving(now).is_some() || self.sources.again {
            return;
        }
        let newest = self.model().and_then(|model| model.runs.first()).is_none_or(|run| run.reference == selection.run);
        let view = self.view_by_numbers();
        let last = &mut self.settings.last;
        last.model = Some(selection.model);
        last.run = selection.run.filter(|_| !newest).map(|run| run.to_string());
        last.variable = match selection.subject {
            Subject::Variable(id) => Some(id),
            Subject::Product(_) => None,
        };
        last.level = selection.level.map(|level| level.to_string());
        last.view = view;
    }

    fn view_by_numbers(&self) -> Option<(String, [f64; 3])> {
        let view = self.hand.view.as_ref().filter(|_| !self.hand.home)?;
        let region = crate::map::region(&self.panes.region)?;
        let home = region.view(view.size, view.pixels_per_point, self.plan.grid().map(|grid| &**grid));
        let [width, height] = view.size.map(f64::from);
        let (lon, lat) = view.to_lon_lat(width / 2.0, height / 2.0)?;
        Some((region.id.clone(), [lon, lat, home.units_per_pixel / view.units_per_pixel]))
    }

    /// The view of last time, where it is one of this region.
    pub(super) fn view_of_last_time(&mut self, region: &Region, home: &View) -> Option<View> {
        let (_, [lon, lat, factor]) = self.panes.view.take_if(|(id, _)| *id == region.id)?;
        let [width, height] = home.size.map(f64::from);
        let zoomed = home.zoomed(factor, (width / 2.0, height / 2.0));
        let (x, y) = zoomed.to_pixel(lon, lat)?;
        Some(zoomed.panned(width / 2.0 - x, height / 2.0 - y))
    }
}
