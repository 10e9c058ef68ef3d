//! Ramps and waves whose values are known everywhere.

use super::*;
use crate::grid::{Earth, Geometry, Lambert, Locator, PolarStereographic, Projection, RotatedPole};
use crate::map::region;

fn latlon(lat: Vec<f64>, lon: Vec<f64>) -> Grid {
    Grid { ny: lat.len(), nx: lon.len(), geometry: Geometry::LatLon { lat, lon } }
}

fn steps(first: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| first + step * i as f64).collect()
}

fn global(first_lon: f64, step: f64) -> Grid {
    latlon(steps(90.0, -step, (180.0 / step) as usize + 1), steps(first_lon, step, (360.0 / step) as usize))
}

fn view(id: &str, size: [u32; 2]) -> View {
    region(id).expect("a bundled region").view(size, 1.0, None)
}

/// The values of a window, as a reader cuts them.
fn cut(grid: &Grid, window: Window, value: impl Fn(f64, f64) -> f32) -> Vec<f32> {
    let at = |j: usize, i: usize| grid.position(window.j0 + j, (window.i0 + i) % grid.nx).expect("a position");
    (0..window.ny)
        .flat_map(|j| (0..window.nx).map(move |i| (j, i)))
        .map(|(j, i)| {
            let (lon, lat) = at(j, i);
            value(lon, lat)
        })
        .collect()
}

/// Every pixel of the picture.
fn picture(sampler: &Sampler, values: &[f32], [width, height]: [u32; 2]) -> Vec<f32> {
    let mut memory = Memory::default();
    let field = sampler.ready(values, &mut memory);
    let mut out = vec![0.0; width as usize * height as usize];
    for (y, row) in out.chunks_mut((width as usize).max(1)).enumerate() {
        field.row(y, row);
    }
    out
}

/// Compares every pixel with the field's own formula, and asks for as many pixels as the Earth has in the view.
fn check(grid: &Grid, view: &View, value: impl Fn(f64, f64) -> f32, tolerance: f32) {
    let locator = Locator::new(grid).expect("rows and columns");
    let sampler = Sampler::new(grid, view).expect("the grid lies in the view");
    let values = cut(grid, sampler.window, &value);
    let out = picture(&sampler, &values, view.size);
    let width = view.size[0] as usize;
    for (n, &got) in out.iter().enumerate() {
        let (px, py) = ((n % width) as f64 + 0.5, (n / width) as f64 + 0.5);
        let Some((lon, lat)) = view.to_lon_lat(px, py) else {
            assert!(got.is_nan(), "beside the Earth at {px} {py}: {got}");
            continue;
        };
        if locator.locate(lon, lat).is_none() {
            assert!(got.is_nan(), "outside the grid at {px} {py} ({lon} {lat}): {got}");
            continue;
        }
        let wanted = value(lon, lat);
        assert!((got - wanted).abs() <= tolerance, "at {px} {py} ({lon} {lat}): {got} is not {wanted}");
        if n % 997 == 0 {
            let at = sampler.at(&values, px, py).expect("a value under the cursor");
            assert!((at - wanted).abs() <= tolerance, "under the cursor: {at} is not {wanted}");
        }
    }
    let lattice = sampler.lattice(&values, 4, &mut Memory::default());
    for (n, &got) in lattice.values.iter().enumerate() {
        let px = f64::from(lattice.origin.0) + f64::from(lattice.step) * (n % lattice.nx) as f64;
        let py = f64::from(lattice.origin.1) + f64::from(lattice.step) * (n / lattice.nx) as f64;
        if let Some((lon, lat)) = view.to_lon_lat(px, py)
            && locator.locate(lon, lat).is_some()
        {
            assert!((got - value(lon, lat)).abs() <= tolerance, "lattice {px} {py} ({lon} {lat}): {got}");
        }
    }
}

/// Smooth on the sphere, and different everywhere: components of the direction.
fn wave(lon: f64, lat: f64) -> f32 {
    let (lon, lat) = (lon.to_radians(), lat.to_radians());
    (lat.cos() * lon.cos() + 2.0 * lat.cos() * lon.sin() + 3.0 * lat.sin()) as f32
}

#[test]
fn a_global_field_has_no_seam_and_no_pole_in_any_view_and_convention() {
    let size = [320, 200];
    for first in [0.0, -180.0, 20.0] {
        for id in ["canada", "north", "global", "north-america", "west"] {
            check(&global(first, 2.0), &view(id, size), wave, 4e-3);
        }
    }
    // Across the date line, rising from south to north, and with a repeated column.
    let about_the_date_line = Projection::PlateCarree { central_longitude: 180.0 };
    let pacific = View {
        projection: about_the_date_line,
        centre: (180.0, 0.0),
        units_per_pixel: 0.3,
        size,
        pixels_per_point: 1.0,
    };
    for (first, n) in [(0.0, 180), (-180.0, 181), (0.0, 181), (40.0, 180)] {
        let grid = latlon(steps(-90.0, 2.0, 91), steps(first, 2.0, n));
        check(&grid, &pacific, wave, 4e-3);
        check(&grid, &view("north", size), wave, 4e-3);
    }
    let falling = latlon(steps(90.0, -2.0, 91), steps(358.0, -2.0, 180));
    check(&falling, &pacific, wave, 4e-3);
    let southern = PolarStereographic::true_at(true, 60.0, 30.0, Earth::SPHERE).expect("a plane");
    let south = View {
        projection: Projection::PolarStereographic(southern),
        centre: (0.0, 0.0),
        units_per_pixel: 40_000.0,
        ..pacific
    };
    check(&global(0.0, 2.0), &south, wave, 4e-3);
}

#[test]
fn a_region_stored_in_two_pieces_has_no_seam_at_greenwich() {
    let two = [steps(0.0, 1.0, 31), steps(335.0, 1.0, 25)].concat();
    let grid = latlon(steps(75.0, -1.0, 60), two);
    check(&grid, &view("global", [640, 320]), wave, 4e-3);
    let sampler = Sampler::new(&grid, &view("global", [640, 320])).expect("in view");
    assert_eq!((sampler.window.i0, sampler.window.nx), (31, 56));
}

#[test]
fn fine_and_uneven_grids_are_met_as_well() {
    let size = [243, 157];
    check(&global(0.0, 0.5), &view("global", size), wave, 4e-3);
    check(&global(-180.0, 0.25), &view("canada", size), wave, 3e-3);
    let lat: Vec<f64> = (0..120).map(|j: i32| 85.0 - f64::from(j) * (1.0 - 0.002 * f64::from(j))).collect();
    check(&latlon(lat, steps(0.0, 1.0, 360)), &view("canada", size), wave, 4e-3);
}

#[test]
fn a_ramp_in_longitude_and_latitude_comes_back_exactly() {
    let grid = latlon(steps(40.0, 0.5, 61), steps(-150.0, 0.5, 201));
    for id in ["canada", "west", "east", "north", "north-america"] {
        let mut view = view(id, [400, 250]);
        check(&grid, &view, |lon, lat| (lon + 3.0 * lat) as f32, 0.08);
        view = view.zoomed(6.0, (200.0, 125.0));
        if Sampler::new(&grid, &view).is_some() {
            check(&grid, &view, |lon, lat| (lon + 3.0 * lat) as f32, 0.01);
        }
    }
}

#[test]
fn a_projected_grid_is_sampled_on_its_own_map_and_on_others() {
    let lambert = Lambert::new([63.0, 63.0], 63.0, -100.0, Earth::SPHERE).map(Projection::Lambert).expect("a cone");
    let geometry =
        Geometry::Projected { projection: lambert, x: steps(-9e5, 25_000.0, 73), y: steps(7e5, -25_000.0, 57) };
    let grid = Grid { ny: 57, nx: 73, geometry };
    let own = region("data").expect("data").view([300, 200], 1.0, Some(&grid));
    check(&grid, &own, wave, 3e-3);
    check(&grid, &view("canada", [300, 200]), wave, 3e-3);
    check(&grid, &view("north", [300, 200]), wave, 3e-3);
}

#[test]
fn a_rotated_grid_across_the_end_of_its_map_is_one_and_shown_once() {
    for (x, y) in [
        (steps(160.0, 0.25, 161), steps(-10.0, 0.25, 81)),
        (steps(0.0, 0.5, 720), steps(-60.0, 0.5, 241)),
        (steps(-180.0, 0.5, 721), steps(60.0, -0.5, 241)),
    ] {
        let projection = Projection::RotatedPole(RotatedPole::new(31.76, 87.6, 0.0));
        let grid = Grid { ny: y.len(), nx: x.len(), geometry: Geometry::Projected { projection, x, y } };
        let own = region("data").expect("data").view([300, 200], 1.0, Some(&grid));
        check(&grid, &own, wave, 3e-3);
        check(&grid, &view("global", [300, 200]), wave, 3e-3);
    }
}

#[test]
fn only_what_is_in_view_is_cut_from_the_grid() {
    let grid = global(0.0, 0.25);
    let west = Sampler::new(&grid, &view("west", [1600, 1000])).expect("in view");
    assert!(west.window.nx < 600 && west.window.ny < 200, "{:?}", west.window);
    let atlantic = View {
        projection: Projection::PlateCarree { central_longitude: 0.0 },
        centre: (0.0, 40.0),
        units_per_pixel: 0.05,
        size: [800, 500],
        pixels_per_point: 1.0,
    };
    let across = Sampler::new(&grid, &atlantic).expect("in view");
    assert!(across.window.i0 > 1300 && across.window.nx < 200, "round the seam: {:?}", across.window);
    let elsewhere = latlon(steps(-45.0, 1.0, 21), steps(165.0, 1.0, 31));
    assert!(Sampler::new(&elsewhere, &view("canada", [1600, 1000])).is_none());
}

#[test]
fn a_missing_value_is_a_hole_of_its_own_size() {
    let grid = latlon(steps(70.0, -1.0, 41), steps(-130.0, 1.0, 61));
    let view = view("canada", [400, 250]);
    let sampler = Sampler::new(&grid, &view).expect("in view");
    let hole = (-100.0, 50.0);
    let values = cut(&grid, sampler.window, |lon, lat| if (lon, lat) == hole { f32::NAN } else { 7.0 });
    let out = picture(&sampler, &values, view.size);
    for (n, &got) in out.iter().enumerate() {
        let Some((lon, lat)) = view.to_lon_lat((n % 400) as f64 + 0.5, (n / 400) as f64 + 0.5) else { continue };
        let apart = (lon - hole.0).abs().max((lat - hole.1).abs());
        if grid.locate(lon, lat).is_some() && (apart - 1.0).abs() > 0.02 {
            assert_eq!(got.is_nan(), apart < 1.0, "{lon} {lat}");
            assert!(got.is_nan() || got == 7.0);
        }
    }
}

#[test]
fn the_smallest_grids_and_pictures_do_no_harm() {
    let size = [40, 30];
    for (ny, nx) in [(1, 1), (1, 5), (5, 1), (2, 2)] {
        let grid = latlon(steps(50.0, 1.0, ny), steps(-100.0, 1.0, nx));
        let own = region("data").expect("data").view(size, 1.0, Some(&grid));
        if let Some(sampler) = Sampler::new(&grid, &own) {
            let values = vec![3.0; sampler.window.nx * sampler.window.ny];
            let out = picture(&sampler, &values, size);
            assert!(out.iter().all(|v| v.is_nan() || *v == 3.0) && out.contains(&3.0), "{ny} {nx}");
            assert_eq!(sampler.lattice(&values, 4, &mut Memory::default()).nx, 13);
        }
    }
    let grid = global(0.0, 5.0);
    for size in [[0, 0], [1, 1], [7, 0], [9, 3]] {
        if let Some(sampler) = Sampler::new(&grid, &view("global", size)) {
            picture(&sampler, &vec![1.0; sampler.window.nx * sampler.window.ny], size);
        }
    }
}
