//! From the corners and steps that a message states to the axes of a grid.

use super::{Described, Gaussian, Order};
use crate::grid::{Geometry, Grid, Projection, RotatedPole, wrap};
use crate::source::Detail;

/// The last point by its coordinates and by the increments may differ by so much of an increment.
const SLACK: f64 = 0.5;

/// A grid of rows and columns on the sphere, or about another pole.
pub struct Corners {
    pub ni: usize,
    pub nj: usize,
    /// Latitude and longitude of the first and of the last point scanned, in degrees.
    pub first: (f64, f64),
    pub last: (f64, f64),
    /// Steps as stated, without their sign; `None` where missing.
    pub di: Option<f64>,
    pub dj: Option<f64>,
    pub order: Order,
    /// The unit of angles in the message: what stated numbers are rounded to.
    pub unit: f64,
}

impl Corners {
    /// Columns, from the first one scanned on. The step comes from the ends, since the stated one is rounded (a third of
    /// a degree is 0.333); the stated one says how many turns lie between the ends.
    pub fn longitudes(&self) -> Vec<f64> {
        let first = self.first.1;
        if self.ni < 2 {
            return vec![first];
        }
        let gaps = (self.ni - 1) as f64;
        let span = self.span();
        let mut step = span / gaps;
        // All round the Earth, as well as the stated numbers can say it.
        if (step * self.ni as f64 - 360.0).abs() <= 2.0 * self.unit {
            step = 360.0 / self.ni as f64;
        }
        let step = if self.order.i_negative { -step } else { step };
        (0..self.ni).map(|i| first + step * i as f64).collect()
    }

    /// Degrees from the first column to the last, in the direction of scanning.
    fn span(&self) -> f64 {
        let (first, last) = (self.first.1, self.last.1);
        let gaps = self.ni.saturating_sub(1) as f64;
        let towards = if self.order.i_negative { first - last } else { last - first };
        let mut span = towards.rem_euclid(360.0);
        // A hair less than a turn is the rounding of no turn at all.
        if 360.0 - span < self.unit {
            span -= 360.0;
        }
        if let Some(step) = self.di {
            let turns = ((step * gaps - span) / 360.0).round().max(0.0);
            let turned = span + turns * 360.0;
            if (turned - step * gaps).abs() <= self.unit * (gaps + 2.0) {
                span = turned;
            } else if span <= 0.0 {
                span = step * gaps;
            }
        }
        span
    }

    /// What of the last point and the increments does not fit together, where the header gives both. The points lie between
    /// the first and the last all the same.
    pub fn doubt(&self) -> Option<Detail> {
        let differ = |span: f64, step: Option<f64>, count: usize| {
            let (step, gaps) = (step.filter(|step| *step > 0.0)?, count.checked_sub(1)? as f64);
            let by_steps = step * gaps;
            ((span - by_steps).abs() > (SLACK * step).max(self.unit * (gaps + 2.0))).then_some(by_steps)
        };
        let (along, across) = (self.span(), (self.last.0 - self.first.0).abs());
        let words = |key: &'static str, count: usize, span: f64, by_steps: f64| {
            let places = [("count", (count as u64).into()), ("span", rounded(span)), ("by_steps", rounded(by_steps))];
            Detail::with(key, places)
        };
        let columns = differ(along, self.di, self.ni).map(|steps| words("detail.grib_columns", self.ni, along, steps));
        let rows = || differ(across, self.dj, self.nj).map(|steps| words("detail.grib_rows", self.nj, across, steps));
        columns.or_else(rows)
    }

    /// Rows, from the first one scanned on.
    pub fn latitudes(&self) -> Vec<f64> {
        let (first, last) = (self.first.0, self.last.0);
        if self.nj < 2 {
            return vec![first];
        }
        let gaps = (self.nj - 1) as f64;
        let down = |step: f64| if self.order.j_positive { step } else { -step };
        let known = first != last && last.abs() <= 90.0 + 1e-3;
        let step = if known { (last - first) / gaps } else { down(self.dj.unwrap_or(0.0)) };
        (0..self.nj).map(|j| first + step * j as f64).collect()
    }

    /// Rows of a Gaussian grid with `n` parallels from pole to equator: those that begin at the first row. Where the
    /// corners fit none of them, evenly between the corners.
    pub fn gaussian(&self, n: usize, known: &mut Gaussian) -> Vec<f64> {
        let mut chosen = || {
            let all = known.latitudes(n)?;
            let southwards = !self.order.j_positive;
            let at =
                |place: usize| if southwards { all.get(place) } else { all.get(all.len().checked_sub(place + 1)?) };
            let start = all.partition_point(|lat| *lat > self.first.0);
            let nearest = [start.saturating_sub(1), start]
                .into_iter()
                .filter_map(|place| Some((place, (all.get(place)? - self.first.0).abs())))
                .min_by(|a, b| a.1.total_cmp(&b.1))?;
            let spacing = 90.0 / n as f64;
            let start = if southwards { nearest.0 } else { all.len() - 1 - nearest.0 };
            let rows: Option<Vec<f64>> = (start..start + self.nj).map(|place| at(place).copied()).collect();
            rows.filter(|_| nearest.1 < spacing)
        };
        chosen().unwrap_or_else(|| self.latitudes())
    }

    /// Rows and columns as a grid, about another pole where there is one.
    pub fn grid(&self, lat: Vec<f64>, pole: Option<RotatedPole>) -> Grid {
        let lon = self.longitudes();
        let (ny, nx) = (lat.len(), lon.len());
        let geometry = match pole {
            None => Geometry::LatLon { lat, lon },
            Some(pole) => Geometry::Projected { projection: Projection::RotatedPole(pole), x: lon, y: lat },
        };
        Grid { ny, nx, geometry }
    }
}

/// A number of a header for a message: four places behind the point, no zeros at the end.
pub fn rounded(value: f64) -> Detail {
    ((value * 1e4).round() / 1e4).to_string().into()
}

/// GRIB gives the southern pole of the rotation and an angle about it, CF the northern pole.
pub fn rotated_pole(south_latitude: f64, south_longitude: f64, angle: f64) -> RotatedPole {
    RotatedPole::new(-south_latitude, wrap(south_longitude + 180.0), -angle)
}

/// A grid on a map: its first point, and steps in metres on the map.
pub struct OnMap {
    pub ni: usize,
    pub nj: usize,
    pub first: (f64, f64),
    pub dx: f64,
    pub dy: f64,
    pub order: Order,
}

impl OnMap {
    /// `None` where the first point lies beside the map, or there is no map.
    pub fn describe(&self, word: &'static str, projection: Option<Projection>) -> Option<Described> {
        let projection = projection?;
        let (x0, y0) = projection.forward(self.first.1, self.first.0)?;
        Some(self.from(word, projection, (x0, y0)))
    }

    /// The same where the header gives the last point as well. Where that lies elsewhere than the increments lead, and both
    /// points make cells of the stated shape, these points hold: the scale of the map is what is wrong.
    pub fn describe_to(
        &self,
        word: &'static str,
        projection: Option<Projection>,
        last: (f64, f64),
    ) -> Option<Described> {
        const SAME_SHAPE: f64 = 0.05;
        let projection = projection?;
        let (x0, y0) = projection.forward(self.first.1, self.first.0)?;
        let gaps = |count: usize| count.saturating_sub(1).max(1) as f64;
        let (columns, rows) = (gaps(self.ni), gaps(self.nj));
        let signed = |step: f64, negative: bool| if negative { -step } else { step };
        let (dx, dy) = (signed(self.dx, self.order.i_negative), signed(self.dy, !self.order.j_positive));
        let known = last != (0.0, 0.0) && last.0.abs() < 90.0 && self.ni > 1 && self.nj > 1;
        let ends = projection.forward(last.1, last.0).filter(|_| known && dx != 0.0 && dy != 0.0);
        let Some((x1, y1)) = ends else { return Some(self.from(word, projection, (x0, y0))) };
        // In increments.
        let (along, across) = ((x1 - x0) / dx, (y1 - y0) / dy);
        if (along - columns).abs() <= SLACK && (across - rows).abs() <= SLACK {
            return Some(self.from(word, projection, (x0, y0)));
        }
        let by_steps = projection.inverse(x0 + dx * columns, y0 + dy * rows);
        let (scale_x, scale_y) = (along / columns, across / rows);
        let hold = scale_x > 0.0 && scale_y > 0.0 && (scale_x / scale_y - 1.0).abs() <= SAME_SHAPE;
        let places = by_steps.map(|(lon, lat)| {
            [("lat", rounded(last.0)), ("lon", rounded(wrap(last.1))), ("y", rounded(lat)), ("x", rounded(wrap(lon)))]
        });
        let key = if hold { "detail.grib_corners_hold" } else { "detail.grib_steps_hold" };
        let doubt = places.map(|places| Detail::with(key, places));
        let map = if hold { Self { dx: self.dx * scale_x, dy: self.dy * scale_y, ..*self } } else { Self { ..*self } };
        Some(map.from(word, projection, (x0, y0)).doubted(doubt))
    }

    /// Why the first point and the map make no grid.
    pub fn fault(&self, template: u64) -> Detail {
        if self.first.0.abs() > 90.0 + 1e-3 {
            return Detail::with("detail.grib_first_latitude", [("latitude", rounded(self.first.0))]);
        }
        Detail::with("detail.grib_no_map", [("template", template.into())])
    }

    /// The same where the first point is given on the map.
    pub fn from(&self, word: &'static str, projection: Projection, (x0, y0): (f64, f64)) -> Described {
        let dx = if self.order.i_negative { -self.dx } else { self.dx };
        let dy = if self.order.j_positive { self.dy } else { -self.dy };
        let x = (0..self.ni).map(|i| x0 + dx * i as f64).collect();
        let y = (0..self.nj).map(|j| y0 + dy * j as f64).collect();
        let geometry = Geometry::Projected { projection, x, y };
        Described::new(word, self.order, Grid { ny: self.nj, nx: self.ni, geometry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corners(ni: usize, first: f64, last: f64, di: Option<f64>, unit: f64) -> Corners {
        let order = Order::default();
        Corners { ni, nj: 2, first: (1.0, first), last: (0.0, last), di, dj: None, order, unit }
    }

    #[test]
    fn a_rounded_step_does_not_shift_the_last_column() {
        let lon = corners(1080, 0.0, 359.667, Some(0.333), 1e-3).longitudes();
        assert!((lon[1] - 1.0 / 3.0).abs() < 1e-12);
        assert!((lon[1079] - (360.0 - 1.0 / 3.0)).abs() < 1e-9);
    }

    #[test]
    fn columns_go_on_across_greenwich_and_once_more_round() {
        let across = corners(5, 350.0, 10.0, Some(5.0), 1e-6).longitudes();
        assert_eq!(across, [350.0, 355.0, 360.0, 365.0, 370.0]);
        let closed = corners(73, 0.0, 360.0, Some(5.0), 1e-6).longitudes();
        assert_eq!((closed[1], closed[72]), (5.0, 360.0));
        let repeated = corners(73, 0.0, 0.0, Some(5.0), 1e-6).longitudes();
        assert_eq!((repeated[1], repeated[72]), (5.0, 360.0));
        assert_eq!(corners(3, 10.0, 20.0, None, 1e-6).longitudes(), [10.0, 15.0, 20.0]);
    }

    #[test]
    fn rows_of_a_gaussian_region_are_those_of_the_whole_grid() {
        let whole = crate::grid::gaussian_latitudes(32);
        let region = Corners { nj: 3, first: (79.526, 0.0), ..corners(2, 0.0, 1.0, None, 1e-3) };
        assert_eq!(region.gaussian(32, &mut Gaussian::default()), whole[3..6]);
        let order = Order { j_positive: true, ..Order::default() };
        let upwards = Corners { nj: 2, first: (-87.864, 0.0), order, ..corners(2, 0.0, 1.0, None, 1e-3) };
        assert_eq!(upwards.gaussian(32, &mut Gaussian::default()), [whole[63], whole[62]]);
    }
}
