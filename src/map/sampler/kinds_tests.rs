//! The same smooth field on every kind of grid gives the same picture, whole inside and empty outside.

use ndarray::Array2;

use super::*;
use crate::grid::{Curvilinear, Earth, Lambert, Mercator, Points, PolarStereographic, Projection, RotatedPole, wrap};
use crate::map::region;

fn steps(first: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| first + step * i as f64).collect()
}

fn latlon(lat: Vec<f64>, lon: Vec<f64>) -> Grid {
    Grid { ny: lat.len(), nx: lon.len(), geometry: Geometry::LatLon { lat, lon } }
}

fn projected(projection: Projection, x: Vec<f64>, y: Vec<f64>) -> Grid {
    Grid { ny: y.len(), nx: x.len(), geometry: Geometry::Projected { projection, x, y } }
}

/// The positions of a grid as a list.
fn listed(grid: &Grid) -> Grid {
    let at = |j, i| grid.position(j, i).unwrap_or((f64::NAN, f64::NAN));
    let lat = Array2::from_shape_fn((grid.ny, grid.nx), |(j, i)| at(j, i).1);
    let lon = Array2::from_shape_fn((grid.ny, grid.nx), |(j, i)| at(j, i).0);
    curvilinear(lat, lon)
}

fn curvilinear(lat: Array2<f64>, lon: Array2<f64>) -> Grid {
    let (ny, nx) = lat.dim();
    let geometry = Curvilinear::new(lat, lon).map(Geometry::Curvilinear).expect("one shape");
    Grid { ny, nx, geometry }
}

fn points(at: Vec<(f64, f64)>) -> Grid {
    let (lon, lat): (Vec<f64>, Vec<f64>) = at.into_iter().unzip();
    let nx = lon.len();
    Grid { ny: 1, nx, geometry: Points::new(lat, lon).map(Geometry::Points).expect("one length") }
}

/// Points all over the Earth, along a spiral: each as far from the next turn as from its neighbours.
fn spiral(count: usize) -> Grid {
    let golden = 180.0 * (3.0 - 5.0_f64.sqrt());
    let at = |n: usize| {
        let up: f64 = 1.0 - (2.0 * n as f64 + 1.0) / count as f64;
        (wrap(golden * n as f64), up.asin().to_degrees())
    };
    points((0..count).map(at).collect())
}

fn lambert() -> Projection {
    Lambert::new([30.0, 60.0], 45.0, -110.0, Earth::SPHERE).map(Projection::Lambert).expect("a cone")
}

/// As octahedral grids: 20 points on the row by the pole, 4 more on each further one.
fn reduced(rows: usize, pole: Option<RotatedPole>) -> Grid {
    let half = rows / 2;
    let row = |j: usize| {
        let count = 20 + 4 * if j < half { j } else { rows - 1 - j };
        (90.0 - 180.0 * (j as f64 + 0.5) / rows as f64, 0.0, 360.0 / count as f64, count)
    };
    let reduced = Reduced::new((0..rows).map(row), pole).expect("points");
    Grid { ny: 1, nx: reduced.len(), geometry: Geometry::Reduced(reduced) }
}

/// Two turned grids of 270 by 90 degrees and a little more.
fn yin_yang(step: f64) -> Grid {
    let half = |pole: RotatedPole| {
        let (across, along) = ((276.0 / step) as usize + 1, (96.0 / step) as usize + 1);
        projected(Projection::RotatedPole(pole), steps(-138.0, step, across), steps(-48.0, step, along))
    };
    // Yang's x, y and z are Yin's -x, z and y.
    let yin = half(RotatedPole::new(90.0, 180.0, 0.0));
    let yang = half(RotatedPole::new(0.0, 90.0, 90.0));
    Grid { ny: yin.ny + yang.ny, nx: yin.nx, geometry: Geometry::Stacked(vec![yin, yang]) }
}

/// An ocean model's grid: two northern poles on land, columns that close with two repeated ones, and a fold on top.
fn tripolar(step: f64) -> Grid {
    let columns = (360.0 / step) as usize;
    let rows = (156.0 / step) as usize + 1;
    let at = |j: usize, i: usize| {
        let lon = -180.0 + step * i as f64;
        let lat = -76.0 + step * j as f64;
        // North of 65 degrees the circles of latitude become flatter and flatter, to a line across the pole.
        if lat <= 65.0 {
            return (lon, lat);
        }
        let part = (lat - 65.0) / 15.0;
        let radius = (90.0_f64 - 65.0).to_radians();
        let (x, y) = (radius * lon.to_radians().cos(), radius * lon.to_radians().sin() * (1.0 - part));
        (y.atan2(x).to_degrees(), 90.0 - x.hypot(y).to_degrees())
    };
    let all = |j: usize, i: usize| at(j, i % columns);
    let lat = Array2::from_shape_fn((rows, columns + 2), |(j, i)| all(j, i).1);
    let lon = Array2::from_shape_fn((rows, columns + 2), |(j, i)| all(j, i).0);
    curvilinear(lat, lon)
}

fn value_of(grid: &Grid, window: Window, value: impl Fn(f64, f64) -> f32) -> Vec<f32> {
    let at = |j: usize, i: usize| {
        let place = grid.position(window.j0 + j, (window.i0 + i) % grid.nx);
        place.map_or(f32::NAN, |(lon, lat)| value(lon, lat))
    };
    (0..window.ny * window.nx).map(|n| at(n / window.nx, n % window.nx)).collect()
}

fn wave(lon: f64, lat: f64) -> f32 {
    let (lon, lat) = (lon.to_radians(), lat.to_radians());
    (lat.cos() * lon.cos() + 2.0 * lat.cos() * lon.sin() + 3.0 * lat.sin()) as f32
}

fn views(size: [u32; 2]) -> Vec<View> {
    let southern = PolarStereographic::true_at(true, 60.0, 30.0, Earth::SPHERE).expect("a plane");
    let pacific = View {
        projection: Projection::PlateCarree { central_longitude: 180.0 },
        centre: (180.0, 0.0),
        units_per_pixel: 360.0 / f64::from(size[0]),
        size,
        pixels_per_point: 1.0,
    };
    let south = View {
        projection: Projection::PolarStereographic(southern),
        centre: (0.0, 0.0),
        units_per_pixel: 40_000.0,
        ..pacific
    };
    let mut all = vec![pacific, south];
    all.extend(["canada", "north", "global"].map(|id| region(id).expect("bundled").view(size, 1.0, None)));
    all
}

/// Every pixel lies within `tolerance` of the field's formula where `inside` says so, and is empty where it says not.
/// Returns how many pixels had values.
fn check(name: &str, grid: &Grid, view: &View, tolerance: f32, inside: impl Fn(f64, f64) -> Option<bool>) -> usize {
    let Some(sampler) = Sampler::new(grid, view) else { return 0 };
    let values = value_of(grid, sampler.window, wave);
    let mut memory = Memory::default();
    let field = sampler.ready(&values, &mut memory);
    let [width, height] = view.size.map(|n| n as usize);
    let (mut row, mut seen) = (vec![0.0; width], 0);
    for y in 0..height {
        field.row(y, &mut row);
        for (x, &got) in row.iter().enumerate() {
            let (px, py) = (x as f64 + 0.5, y as f64 + 0.5);
            let Some((lon, lat)) = view.to_lon_lat(px, py) else {
                assert!(got.is_nan(), "{name}: beside the Earth at {px} {py}: {got}");
                continue;
            };
            seen += usize::from(!got.is_nan());
            match inside(lon, lat) {
                Some(true) => assert!(
                    (got - wave(lon, lat)).abs() <= tolerance,
                    "{name}: at {px} {py} ({lon} {lat}): {got} is not {}",
                    wave(lon, lat)
                ),
                Some(false) => assert!(got.is_nan(), "{name}: outside at {px} {py} of {view:?} ({lon} {lat}): {got}"),
                None => {}
            }
            if (x * 31 + y * 17) % 101 == 0 && !got.is_nan() && inside(lon, lat) == Some(true) {
                let at = sampler.at(&values, px, py).expect("a value under the cursor");
                assert!((at - wave(lon, lat)).abs() <= tolerance, "{name}: under the cursor {at}");
                let around = grid.around(lon, lat).expect("points around");
                let read = around.mean(|j, i| grid.position(j, i).map(|(lon, lat)| f64::from(wave(lon, lat))));
                assert!((read as f32 - at).abs() <= 2.0 * tolerance, "{name}: read out {read}, drawn {at}");
            }
        }
    }
    let lattice = sampler.lattice(&values, 4, &mut Memory::default());
    for (n, &got) in lattice.values.iter().enumerate() {
        let (i, j) = (n % lattice.nx, n / lattice.nx);
        let (px, py) = (4.0 * i as f64 - 4.0, 4.0 * j as f64 - 4.0);
        if let Some((lon, lat)) = view.to_lon_lat(px, py)
            && inside(lon, lat) == Some(true)
        {
            assert!((got - wave(lon, lat)).abs() <= tolerance, "{name}: lattice {px} {py} ({lon} {lat}): {got}");
        }
    }
    seen
}

#[test]
fn global_grids_of_every_kind_have_no_seam_and_no_hole() {
    let everywhere = |_: f64, _: f64| Some(true);
    let pole = RotatedPole::new(35.0, -120.0, 0.0);
    let turned = projected(Projection::RotatedPole(pole), steps(-180.0, 2.0, 180), steps(-89.0, 2.0, 90));
    for view in views([240, 150]) {
        // Beyond the last row the row holds, so that the caps are whole but flat.
        let but_its_caps =
            |pole: RotatedPole| move |lon: f64, lat: f64| (pole.forward(lon, lat).1.abs() < 88.9).then_some(true);
        let unturned = RotatedPole::new(90.0, 0.0, 0.0);
        check("reduced", &reduced(96, None), &view, 8e-3, but_its_caps(unturned));
        check("reduced, turned", &reduced(96, Some(pole)), &view, 8e-3, but_its_caps(pole));
        check("yin and yang", &yin_yang(2.0), &view, 8e-3, everywhere);
        check("turned", &turned, &view, 8e-3, but_its_caps(pole));
        check("points", &spiral(20_000), &view, 8e-3, everywhere);
        let but_the_caps = |_: f64, lat: f64| (lat.abs() < 88.9).then_some(true);
        check("listed", &listed(&latlon(steps(-89.0, 2.0, 90), steps(0.0, 2.0, 180))), &view, 8e-3, but_the_caps);
        let repeated = listed(&latlon(steps(89.0, -2.0, 90), steps(-180.0, 2.0, 182)));
        check("listed with repeated columns", &repeated, &view, 8e-3, but_the_caps);
        let ocean = |_: f64, lat: f64| if lat < -76.1 { Some(false) } else { (lat > -75.9).then_some(true) };
        check("tripolar", &tripolar(2.0), &view, 1.5e-2, ocean);
    }
}

#[test]
fn a_region_of_every_kind_ends_at_its_edge() {
    let (x, y) = (steps(-1.2e6, 40_000.0, 61), steps(9e5, -40_000.0, 46));
    let flat = projected(lambert(), x, y);
    let inside = |slack: f64| {
        move |lon: f64, lat: f64| {
            let (x, y) = lambert().forward(lon, lat).unwrap_or((f64::INFINITY, 0.0));
            let beyond = (x.abs() - 1.2e6).max(y.abs() - 9e5);
            if beyond < -slack { Some(true) } else { (beyond > slack).then_some(false) }
        }
    };
    let all = (0..flat.ny).flat_map(|j| (0..flat.nx).map(move |i| (j, i)));
    let loose = points(all.filter_map(|(j, i)| flat.position(j, i)).collect());
    for id in ["canada", "west", "global", "data"] {
        let view = region(id).expect("bundled").view([300, 190], 1.0, Some(&flat));
        let count = check("projected", &flat, &view, 3e-3, inside(300.0));
        assert_eq!(count.abs_diff(check("listed", &listed(&flat), &view, 3e-3, inside(300.0))), 0, "{id}");
        let count_of_points = check("points", &loose, &view, 3e-3, inside(12_000.0));
        assert!(count.abs_diff(count_of_points) <= count / 100, "{id}: {count} {count_of_points}");
    }
    let own = region("data").expect("bundled").view([300, 190], 1.0, Some(&listed(&flat)));
    let filled = check("listed, on its own map", &listed(&flat), &own, 3e-3, inside(300.0));
    assert!(filled > 300 * 190 / 2, "the data's own map is filled with them: {filled}");
}

#[test]
fn a_list_across_the_date_line_and_the_pole_is_whole() {
    let polar = PolarStereographic::true_at(false, 60.0, 170.0, Earth::SPHERE).expect("a plane");
    let polar = projected(Projection::PolarStereographic(polar), steps(-2e6, 50_000.0, 81), steps(-2e6, 50_000.0, 81));
    let mercator = Mercator::true_at(0.0, 180.0, Earth::SPHERE).map(Projection::Mercator).expect("a cylinder");
    let mercator = projected(mercator, steps(-2e6, 50_000.0, 81), steps(-2e6, 50_000.0, 81));
    for grid in [polar, mercator] {
        let curved = listed(&grid);
        for view in views([240, 150]) {
            let edge = |lon: f64, lat: f64| {
                let Geometry::Projected { projection, .. } = &grid.geometry else { return None };
                let (x, y) = projection.forward(lon, lat)?;
                let beyond = x.abs().max(y.abs()) - 2e6;
                if beyond < -500.0 { Some(true) } else { (beyond > 500.0).then_some(false) }
            };
            check("listed", &curved, &view, 8e-3, edge);
        }
    }
}

#[test]
fn positions_that_are_missing_or_made_up_are_gaps_and_smear_nothing() {
    let plain = latlon(steps(30.0, 0.5, 61), steps(-130.0, 0.5, 81));
    let (lat, lon) = match &listed(&plain).geometry {
        Geometry::Curvilinear(list) => (list.lat().clone(), list.lon().clone()),
        _ => unreachable!("a list"),
    };
    let hole = |j: usize, i: usize| (20..40).contains(&j) && (30..50).contains(&i);
    let inside = |lon: f64, lat: f64| {
        let (x, y) = ((lon + 130.0) / 0.5, (lat - 30.0) / 0.5);
        if !((0.01..79.99).contains(&x) && (0.01..59.99).contains(&y)) {
            return (!(-0.05..=80.05).contains(&x) || !(-0.05..=60.05).contains(&y)).then_some(false);
        }
        let beside = (x - 29.0).min(50.0 - x).min(y - 19.0).min(40.0 - y);
        if beside > 0.02 { Some(false) } else { (beside < -0.02).then_some(true) }
    };
    for made_up in [(f64::NAN, f64::NAN), (0.0, 0.0), (-999.0, -999.0), (1e20, 1e20), (-40.0, 5.0)] {
        let (mut lat, mut lon) = (lat.clone(), lon.clone());
        for ((j, i), lat) in lat.indexed_iter_mut().filter(|((j, i), _)| hole(*j, *i)) {
            (*lat, lon[[j, i]]) = (made_up.1, made_up.0);
        }
        let grid = curvilinear(lat, lon);
        let view = region("canada").expect("bundled").view([300, 190], 1.0, None);
        check(&format!("{made_up:?}"), &grid, &view.zoomed(1.4, (150.0, 150.0)), 2e-3, inside);
    }
    let mut one = (lat, lon);
    (one.0[[30, 30]], one.1[[30, 30]]) = (0.0, 0.0);
    let grid = curvilinear(one.0, one.1);
    assert_eq!(grid.around(-114.9, 45.1), None, "beside a point at the end of the Earth");
    assert!(grid.around(-110.0, 50.0).is_some() && grid.around(-50.0, 20.0).is_none());
}

#[test]
fn a_ridge_at_115_west_stands_there_on_every_kind_of_grid() {
    // Highest along 115°W, by the angle to that meridian.
    let ridge = |lon: f64, _: f64| -(wrap(lon + 115.0).abs() as f32);
    let turned = RotatedPole::new(39.25, 70.0, 0.0);
    let rows = || steps(70.0, -1.0, 41);
    let grids = [
        ("-180 to 180", latlon(rows(), steps(-180.0, 1.0, 360))),
        ("0 to 360", latlon(rows(), steps(0.0, 1.0, 360))),
        ("from 20E", latlon(rows(), steps(20.0, 1.0, 360))),
        ("falling", latlon(rows(), steps(359.0, -1.0, 360))),
        ("across the date line", latlon(rows(), steps(150.0, 1.0, 120))),
        ("across Greenwich", latlon(rows(), [steps(0.0, 1.0, 31), steps(230.0, 1.0, 130)].concat())),
        ("listed", listed(&latlon(rows(), steps(0.0, 1.0, 360)))),
        ("turned", projected(Projection::RotatedPole(turned), steps(-40.0, 0.5, 161), steps(-25.0, 0.5, 101))),
        ("lambert", projected(lambert(), steps(-1.5e6, 50_000.0, 61), steps(-1e6, 50_000.0, 41))),
        ("reduced", reduced(180, None)),
        ("yin and yang", yin_yang(1.0)),
        ("points", spiral(60_000)),
    ];
    for (name, grid) in &grids {
        for id in ["canada", "global"] {
            let view = region(id).expect("bundled").view([1200, 750], 1.0, None);
            let sampler = Sampler::new(grid, &view).expect("in view");
            let values = value_of(grid, sampler.window, ridge);
            let mut memory = Memory::default();
            let field = sampler.ready(&values, &mut memory);
            for lat in [45.2, 51.0, 54.7] {
                let (px, py) = view.to_pixel(-115.0, lat).expect("on the map");
                if grid.around(-115.0, lat).is_none() {
                    continue;
                }
                if !(0.0..750.0).contains(&py) {
                    continue;
                }
                let mut row = vec![0.0; 1200];
                field.row(py as usize, &mut row);
                let best = (0..1200).filter(|&x| !row[x].is_nan()).max_by(|&a, &b| row[a].total_cmp(&row[b]));
                let best = best.unwrap_or_else(|| panic!("{name} {id} {lat}: no value")) as f64 + 0.5;
                let (lon, _) = view.to_lon_lat(best, py).expect("on the Earth");
                // Half a cell and a pixel: the points of some of these grids lie beside the meridian.
                assert!(
                    wrap(lon + 115.0).abs() < 1.2,
                    "{name} {id} {lat}: {lon} at {best}, not {px} {py}: {:?}",
                    &row[px as usize - 3..px as usize + 3]
                );
                let (j, i) = grid.nearest(-115.0, lat).expect("a point");
                let (lon, near) = grid.position(j, i).expect("its position");
                assert!(wrap(lon + 115.0).abs() * lat.to_radians().cos() < 0.8 && (near - lat).abs() < 0.8, "{name}");
            }
        }
    }
}

#[test]
fn a_row_of_points_reduced_too_far_to_fill_out_is_met_point_by_point() {
    let grid = reduced(1200, None);
    let view = region("global").expect("bundled").view([200, 100], 1.0, None);
    let sampler = Sampler::new(&grid, &view).expect("in view");
    assert!(matches!(sampler.roads.as_slice(), [Road::Points(_)]));
    check("many", &grid, &view, 8e-3, |_, _| Some(true));
    let close = region("west").expect("bundled").view([200, 125], 1.0, None).zoomed(8.0, (100.0, 60.0));
    let sampler = Sampler::new(&grid, &close).expect("in view");
    assert!(matches!(sampler.roads.as_slice(), [Road::Spread { .. }]));
    assert!(sampler.window.nx < grid.nx / 20, "only the rows in view are read");
    check("close", &grid, &close, 2e-3, |_, _| Some(true));
}

#[test]
fn part_of_a_reduced_grid_ends_where_its_rows_end() {
    let row = |j: usize| {
        let step = 1.0 + 0.02 * j as f64;
        let count = (60.0 / step) as usize + 1;
        (70.0 - j as f64, -140.0, 60.0 / (count - 1) as f64, count)
    };
    let reduced = Reduced::new((0..30).map(row), None).expect("points");
    let grid = Grid { ny: 1, nx: reduced.len(), geometry: Geometry::Reduced(reduced) };
    let inside = |lon: f64, lat: f64| {
        let beyond = (-140.0 - lon).max(lon + 80.0).max(lat - 70.0).max(41.0 - lat);
        if beyond < -0.01 { Some(true) } else { (beyond > 1.1).then_some(false) }
    };
    for id in ["canada", "global", "data"] {
        let view = region(id).expect("bundled").view([300, 190], 1.0, Some(&grid));
        check("part", &grid, &view, 3e-3, inside);
    }
}
