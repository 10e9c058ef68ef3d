//! Positions and places on grids of every longitude convention.

use ndarray::Array2;

use super::*;

fn latlon(lat: Vec<f64>, lon: Vec<f64>) -> Grid {
    Grid { ny: lat.len(), nx: lon.len(), geometry: Geometry::LatLon { lat, lon } }
}

fn steps(first: f64, step: f64, n: usize) -> Vec<f64> {
    (0..n).map(|i| first + step * i as f64).collect()
}

/// The same global 5° grid as files write it.
fn conventions() -> Vec<(&'static str, Vec<f64>)> {
    let jump = steps(0.0, 5.0, 72).into_iter().map(|lon| if lon >= 180.0 { lon - 360.0 } else { lon }).collect();
    vec![
        ("0..360", steps(0.0, 5.0, 72)),
        ("-180..180", steps(-180.0, 5.0, 72)),
        ("from 20E", steps(20.0, 5.0, 72)),
        ("falling", steps(355.0, -5.0, 72)),
        ("jump at 180", jump),
        ("repeated column", steps(0.0, 5.0, 73)),
        ("repeated column, falling", steps(180.0, -5.0, 73)),
        ("a turn later", steps(360.0, 5.0, 72)),
    ]
}

#[test]
fn a_ridge_at_115_west_stands_there_in_every_longitude_convention() {
    for (name, lon) in conventions() {
        for lat in [steps(90.0, -5.0, 37), steps(-90.0, 5.0, 37)] {
            let grid = latlon(lat, lon.clone());
            assert!(grid.closes(), "{name}");
            let (j, i) = grid.nearest(-115.4, 51.0).expect("a point");
            let (found_lon, found_lat) = grid.position(j, i).expect("its position");
            assert!((found_lon + 115.0).abs() < 1e-9 && (found_lat - 50.0).abs() < 1e-9, "{name}");
            for turn in [-360.0, 0.0, 360.0] {
                let (x, y) = grid.locate(-115.0 + turn, 50.0).expect("on the grid");
                assert!((x - i as f64).abs() < 1e-9 && (y - j as f64).abs() < 1e-9, "{name} {x} {y}");
            }
        }
    }
}

#[test]
fn no_longitude_of_a_closed_grid_lies_outside() {
    for (name, lon) in conventions() {
        let grid = latlon(steps(87.5, -5.0, 36), lon.clone());
        assert_eq!(grid.columns(), 72, "{name}");
        let locator = Locator::new(&grid).expect("rows and columns");
        for tenth in -3600..3600 {
            let wanted = f64::from(tenth) * 0.1;
            let (x, _) = locator.locate(wanted, 3.0).expect("all round");
            let (i, part) = (x as usize, x.fract());
            let next = lon[(i + 1) % lon.len()];
            let found = lon[i] + part * wrap(next - lon[i]);
            assert!(wrap(found - wanted).abs() < 1e-6, "{name}: {wanted} found as {found}");
        }
        assert_eq!(
            locator.locate(10.0, 90.0).map(|at| at.1),
            Some(0.0),
            "the cap of the north pole is the first row's"
        );
        assert_eq!(locator.locate(10.0, -90.0).map(|at| at.1), Some(35.0));
    }
}

#[test]
fn a_region_across_greenwich_is_one_whether_stored_in_one_piece_or_two() {
    let rows = steps(60.0, -1.0, 11);
    let pieces = |lon: Vec<f64>| latlon(rows.clone(), lon);
    let west = steps(-20.0, 2.0, 24);
    let two: Vec<f64> = [steps(0.0, 2.0, 14), steps(340.0, 2.0, 10)].concat();
    let two_falling: Vec<f64> = two.iter().rev().copied().collect();
    let wide: Vec<f64> = [steps(0.0, 2.0, 50), steps(260.0, 2.0, 50)].concat();
    for lon in [west, two, two_falling, wide] {
        let grid = pieces(lon.clone());
        assert!(!grid.closes());
        for (wanted, there) in [(-19.3, true), (-1.0, true), (0.0, true), (25.9, true), (150.0, false), (-120.0, false)]
        {
            let found = grid.locate(wanted, 55.0);
            assert_eq!(found.is_some(), there, "{wanted} in {lon:?}");
            let Some((x, _)) = found else { continue };
            let (i, part) = (x as usize, x.fract());
            let next = lon[(i + 1) % lon.len()];
            assert!(wrap(lon[i] + part * wrap(next - lon[i]) - wanted).abs() < 1e-9, "{wanted} at {x} in {lon:?}");
        }
    }
}

#[test]
fn outside_a_region_is_outside() {
    let grid = latlon(steps(40.0, 1.0, 21), steps(160.0, 2.0, 31));
    assert!(!grid.closes());
    assert_eq!(grid.locate(-170.0, 50.0), Some((15.0, 10.0)), "across the date line");
    assert_eq!(grid.locate(190.0, 50.0), Some((15.0, 10.0)));
    for (lon, lat) in [(159.9, 50.0), (-139.9, 50.0), (0.0, 50.0), (170.0, 39.9), (170.0, 60.1), (170.0, f64::NAN)] {
        assert_eq!(grid.locate(lon, lat), None, "{lon} {lat}");
    }
    let polar = latlon(steps(89.0, -1.0, 21), steps(0.0, 2.0, 31));
    assert_eq!(polar.locate(10.0, 89.9), None, "a pole's cap belongs to grids that go all round");
}

#[test]
fn a_polar_cap_ends_at_its_last_row() {
    let cases = [
        (steps(90.0, -1.0, 31), 90.0, 60.0),
        (steps(60.0, 1.0, 31), 90.0, 60.0),
        (steps(89.5, -1.0, 70), 90.0, 20.5),
        (steps(-60.0, -1.0, 31), -90.0, -60.0),
        (steps(-89.5, 1.0, 30), -90.0, -60.5),
    ];
    for (lat, pole, end) in cases {
        let grid = latlon(lat.clone(), steps(0.0, 2.0, 180));
        let reduced = Reduced::new(lat.iter().map(|&lat| (lat, 0.0, 2.0, 180)), None).expect("points");
        let pole_row = if lat[0].abs() > lat[1].abs() { 0.0 } else { (lat.len() - 1) as f64 };
        assert_eq!(grid.locate(10.0, pole), Some((5.0, pole_row)), "{pole} {end}");
        assert!(reduced.around(10.0, pole).is_some());
        for outside in [0.99 * end, 0.5 * end, 0.0, -0.5 * end, -end, -pole] {
            assert_eq!(grid.locate(10.0, outside), None, "{outside} from a cap that ends at {end}");
            assert_eq!(reduced.around(10.0, outside), None, "{outside} from a reduced cap that ends at {end}");
        }
    }
    let ring = Reduced::new([(90.0, 0.0, 0.0, 0), (60.0, 0.0, 2.0, 180)], None).expect("points");
    assert!(ring.around(10.0, 60.0).is_some());
    assert_eq!(ring.around(10.0, 30.0), None);
}

#[test]
fn gaussian_and_uneven_rows_are_found_by_search() {
    let lat = vec![85.760_587, 80.268_779, 74.744_54, 69.212_977, -3.0, -60.0];
    let grid = latlon(lat.clone(), steps(0.0, 5.625, 64));
    for (j, pair) in lat.windows(2).enumerate() {
        let (_, y) = grid.locate(1.0, pair[0] + 0.25 * (pair[1] - pair[0])).expect("between rows");
        assert!((y - (j as f64 + 0.25)).abs() < 1e-9);
    }
    let noisy: Vec<f64> = steps(-180.0, 0.1, 3600).into_iter().map(|lon| f64::from(lon as f32)).collect();
    let grid = latlon(steps(90.0, -0.1, 1801), noisy);
    assert!(grid.closes());
    let (x, _) = grid.locate(179.95, 0.0).expect("between the last column and the first");
    assert!((x - 3599.5).abs() < 1e-3);
}

#[test]
fn a_projected_grid_finds_its_own_points() {
    let lambert = Lambert::new([30.0, 60.0], 45.0, -100.0, Earth::SPHERE).map(Projection::Lambert).expect("a cone");
    let rotated = Projection::RotatedPole(RotatedPole::new(39.25, -162.0, 0.0));
    let mercator = Mercator::true_at(20.0, -150.0, Earth::SPHERE).map(Projection::Mercator).expect("a cylinder");
    let polar = PolarStereographic::true_at(false, 60.0, -45.0, Earth::SPHERE).expect("a plane");
    let cases = [
        (lambert, 50_000.0, "lambert"),
        (rotated, 0.5, "rotated_pole"),
        (mercator, 50_000.0, "mercator"),
        (Projection::PolarStereographic(polar), 50_000.0, "polar_stereographic"),
    ];
    for (projection, step, kind) in cases {
        let geometry =
            Geometry::Projected { projection, x: steps(-10.0 * step, step, 20), y: steps(7.0 * step, -step, 14) };
        let grid = Grid { ny: 14, nx: 20, geometry };
        assert_eq!(grid.kind(), kind);
        for (j, i) in [(0, 0), (13, 19), (7, 10), (3, 2)] {
            let (lon, lat) = grid.position(j, i).expect("a position");
            assert_eq!(grid.nearest(lon + 0.03, lat - 0.03), Some((j, i)), "{kind}");
            let (x, y) = grid.locate(lon, lat).expect("on the grid");
            assert!((x - i as f64).abs() < 1e-6 && (y - j as f64).abs() < 1e-6, "{kind}: {x} {y}");
        }
        let far = grid.nearest(100.0, -60.0).expect("some point of the edge");
        assert!(far.0 == 0 || far.0 == 13 || far.1 == 0 || far.1 == 19, "{far:?}");
    }
}

#[test]
fn a_rotated_grid_may_count_its_longitudes_beyond_180() {
    let projection = Projection::RotatedPole(RotatedPole::new(70.6, -56.06, 0.0));
    let geometry = Geometry::Projected { projection, x: steps(340.0, 0.5, 60), y: steps(-10.0, 0.5, 40) };
    let grid = Grid { ny: 40, nx: 60, geometry };
    let (lon, lat) = grid.position(11, 42).expect("a position");
    let (x, y) = grid.locate(lon, lat).expect("on the grid");
    assert!((x - 42.0).abs() < 1e-6 && (y - 11.0).abs() < 1e-6);
}

#[test]
fn loose_points_and_curved_grids_know_their_nearest() {
    let lon = Array2::from_shape_fn((5, 6), |(j, i)| 170.0 + 5.0 * i as f64 + j as f64);
    let mut lat = Array2::from_shape_fn((5, 6), |(j, i)| 40.0 + 3.0 * j as f64 + 0.2 * i as f64);
    lat[[2, 3]] = f64::NAN;
    let curved = Curvilinear::new(lat, lon).expect("one shape");
    let grid = Grid { ny: 5, nx: 6, geometry: Geometry::Curvilinear(curved) };
    let (j, i) = grid.nearest(-167.0, 49.8).expect("a point");
    assert_eq!((j, i), (3, 4));
    assert_eq!(grid.position(2, 3), None);
    assert_eq!(grid.locate(0.0, 45.0), None);
    let points = Points::new(vec![89.0, 10.0, 89.5], vec![0.0, 10.0, 180.0]).expect("one length");
    let grid = Grid { ny: 1, nx: 3, geometry: Geometry::Points(points) };
    assert_eq!(grid.nearest(170.0, 90.0), Some((0, 2)));
    assert_eq!(Grid { ny: 2, nx: 2, geometry: Geometry::Unplaced }.nearest(0.0, 0.0), None);
}

#[test]
fn one_row_one_column_and_broken_axes_do_no_harm() {
    let one = latlon(vec![47.0], vec![8.0]);
    assert_eq!(one.nearest(100.0, 0.0), Some((0, 0)));
    assert_eq!(one.locate(8.2, 47.2), Some((0.0, 0.0)));
    assert_eq!(one.locate(9.0, 47.0), None);
    let row = latlon(vec![47.0], steps(0.0, 1.0, 5));
    assert_eq!(row.locate(2.5, 47.3), Some((2.5, 0.0)));
    assert_eq!(row.locate(2.5, 48.0), None);
    assert_eq!(latlon(vec![1.0, 3.0, 2.0], vec![0.0, 1.0]).locate(0.5, 1.5), None, "rows out of order");
    assert_eq!(latlon(vec![1.0, f64::NAN], vec![0.0, 1.0]).locate(0.5, 1.0), None);
    assert_eq!(latlon(vec![], vec![]).nearest(0.0, 0.0), None);
    assert_eq!(latlon(vec![], vec![]).locate(0.0, 0.0), None);
}

fn listed(lat: Array2<f64>, lon: Array2<f64>) -> Grid {
    let (ny, nx) = lat.dim();
    Grid { ny, nx, geometry: Curvilinear::new(lat, lon).map(Geometry::Curvilinear).expect("one shape") }
}

/// Numbers that seem to be drawn at random, the same every time: 0 to 1.
fn scattered(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The nearest point by asking every one of them.
fn nearest_by_hand(grid: &Grid, lon: f64, lat: f64) -> f64 {
    let all = (0..grid.ny).flat_map(|j| (0..grid.nx).map(move |i| (j, i)));
    let far = |(j, i)| grid.position(j, i).map(|at| sphere::chord(sphere::unit(at.0, at.1), sphere::unit(lon, lat)));
    all.filter_map(far).fold(f64::INFINITY, f64::min)
}

#[test]
fn the_nearest_point_is_the_nearest_of_all_on_every_kind_of_grid() {
    let mut random = scattered(7);
    let lon = Array2::from_shape_fn((37, 53), |(j, i)| 150.0 + 1.5 * i as f64 + 0.3 * j as f64);
    let lat = Array2::from_shape_fn((37, 53), |(j, i)| 20.0 + 1.9 * j as f64 - 0.1 * i as f64);
    let loose = (0..1500).map(|_| (360.0 * random() - 180.0, (2.0 * random() - 1.0).asin().to_degrees()));
    let (loose_lon, loose_lat): (Vec<f64>, Vec<f64>) = loose.unzip();
    let row = |j: usize| (88.0 - 8.0 * j as f64, 3.0, 360.0 / (8 + 3 * j.min(22 - j)) as f64, 8 + 3 * j.min(22 - j));
    let whole = Reduced::new((0..23).map(row), None).expect("points");
    let part = |j: usize| (60.0 - j as f64, -10.0, 1.0 + 0.01 * j as f64, 31);
    let part = Reduced::new((0..20).map(part), Some(RotatedPole::new(40.0, 10.0, 0.0))).expect("points");
    let half = |pole| Grid {
        ny: 19,
        nx: 55,
        geometry: Geometry::Projected {
            projection: Projection::RotatedPole(pole),
            x: steps(-135.0, 5.0, 55),
            y: steps(-45.0, 5.0, 19),
        },
    };
    let stack = vec![half(RotatedPole::new(90.0, 180.0, 0.0)), half(RotatedPole::new(0.0, 90.0, 90.0))];
    let of_one_row = |nx, geometry| Grid { ny: 1, nx, geometry };
    let geostationary = Proj::new("+proj=geos +h=35785831 +lon_0=0 +a=6378137 +b=6356752.3");
    let disc = geostationary.map(Projection::Proj).expect("a satellite's view");
    let grids = [
        ("listed", listed(lat, lon)),
        ("points", of_one_row(1500, Points::new(loose_lat, loose_lon).map(Geometry::Points).expect("one length"))),
        ("reduced", of_one_row(whole.len(), Geometry::Reduced(whole))),
        ("part of a reduced one", of_one_row(part.len(), Geometry::Reduced(part))),
        ("stacked", Grid { ny: 38, nx: 55, geometry: Geometry::Stacked(stack) }),
        (
            "disc",
            Grid {
                ny: 41,
                nx: 41,
                geometry: Geometry::Projected { projection: disc, x: steps(-4e6, 2e5, 41), y: steps(4e6, -2e5, 41) },
            },
        ),
    ];
    for (name, grid) in &grids {
        for _ in 0..300 {
            let (lon, lat) = (720.0 * random() - 360.0, (2.0 * random() - 1.0).asin().to_degrees());
            let (j, i) = grid.nearest(lon, lat).expect("a point");
            let at = grid.position(j, i).expect("its position");
            let far = sphere::chord(sphere::unit(at.0, at.1), sphere::unit(lon, lat));
            let least = nearest_by_hand(grid, lon, lat);
            assert!(far <= least + 1e-9, "{name}: {far} to {lon} {lat}, but {least}");
        }
        for n in (0..grid.ny * grid.nx).step_by(7) {
            let (j, i) = (n / grid.nx, n % grid.nx);
            let Some((lon, lat)) = grid.position(j, i) else { continue };
            let (j, i) = grid.nearest(lon, lat).expect("a point");
            let at = grid.position(j, i).expect("its position");
            let far = sphere::chord(sphere::unit(at.0, at.1), sphere::unit(lon, lat));
            assert!(far < 1e-12, "{name}: the nearest to a point is itself");
        }
    }
}

#[test]
fn points_in_rings_around_a_pole_leave_no_hole_there() {
    let (mut lat, mut lon) = (Vec::new(), Vec::new());
    for row in 0..90 {
        for column in 0..180 {
            lat.push(89.0 - 2.0 * f64::from(row));
            lon.push(2.0 * f64::from(column));
        }
    }
    let points = Grid { ny: 1, nx: lat.len(), geometry: Geometry::Points(Points::new(lat, lon).expect("a list")) };
    for at in [90.0, 89.9, 89.5, 45.3, -88.9, -89.5, -90.0] {
        assert!((0..36).all(|turn| points.around(f64::from(turn) * 10.3, at).is_some()), "{at}");
    }
}

#[test]
fn points_along_a_line_cover_nothing_and_are_not_joined() {
    let turn = |n: u32| f64::from(n) / 20_000.0 * std::f64::consts::TAU;
    let circle = |n: u32| (50.0 + 10.0 * turn(n).sin(), -100.0 + 15.0 * turn(n).cos());
    let (lat, lon) = (0..20_000).map(circle).unzip();
    let ring = Grid { ny: 1, nx: 20_000, geometry: Geometry::Points(Points::new(lat, lon).expect("a list")) };
    assert!(ring.around(-85.0, 50.0).is_none() && ring.is_scattered(), "each stands for itself");
    assert!(ring.nearest(-100.0, 61.0).is_some(), "its points are still there");
}

#[test]
fn triangles_of_a_file_are_kept_and_its_holes_with_them() {
    let (lat, lon) = (vec![0.0, 0.0, 10.0, 10.0], vec![0.0, 10.0, 10.0, 0.0]);
    let points = Points::of_triangles(lat.clone(), lon.clone(), vec![[0, 1, 2], [0, 2, 9]]).expect("one length");
    let grid = Grid { ny: 1, nx: 4, geometry: Geometry::Points(points) };
    let around = grid.around(8.0, 2.0).expect("in the triangle");
    assert!((around.mean(|_, i| Some([1.0, 2.0, 4.0, 8.0][i])) - 2.2).abs() < 0.02);
    assert_eq!(grid.around(2.0, 8.0), None, "this triangle names a point that is not there");
    let joined = Points::of_cells(lat, lon).map(Geometry::Points).expect("one length");
    let joined = Grid { ny: 1, nx: 4, geometry: joined };
    assert!(joined.around(8.0, 2.0).is_some() && joined.around(2.0, 8.0).is_some());
    assert_eq!(joined.around(2.0, 12.0), None, "outside");
}

#[test]
fn points_in_a_line_on_one_place_or_nowhere_do_no_harm() {
    let cases = [
        (vec![], vec![]),
        (vec![1.0], vec![2.0]),
        (vec![1.0; 9], vec![2.0; 9]),
        (vec![f64::NAN; 5], vec![0.0; 5]),
        ((0..9).map(f64::from).collect(), vec![0.0; 9]),
        (vec![0.0; 9], (0..9).map(f64::from).collect()),
        (vec![90.0; 4], vec![0.0, 90.0, 180.0, 270.0]),
        (vec![1e300, 1e-300, -90.0, 90.0, 0.0], vec![0.0, 1e-300, 1e300, 720.0, -0.0]),
    ];
    for (lat, lon) in cases {
        let nx = lat.len();
        let (lat, lon): (Vec<f64>, Vec<f64>) = (lat, lon);
        let grid =
            Grid { ny: 1, nx, geometry: Points::new(lat.clone(), lon.clone()).map(Geometry::Points).expect("alike") };
        let _ = grid.around(0.0, 0.5);
        let _ = grid.nearest(0.0, 0.5);
        let drawable = grid.is_drawable();
        assert_eq!(drawable, lat.iter().zip(&lon).any(|(lat, lon)| lat.abs() <= 90.0 && lon.is_finite()));
        let plane = |values: Vec<f64>| Array2::from_shape_vec((1, nx), values).expect("one row");
        let row = listed(plane(lat), plane(lon));
        assert!(!row.is_drawable() && row.around(0.0, 0.0).is_none());
    }
    assert!(Curvilinear::new(Array2::zeros((2, 3)), Array2::zeros((3, 2))).is_none());
    let zeros = listed(Array2::zeros((4, 4)), Array2::zeros((4, 4)));
    assert!(!zeros.is_drawable());
}

#[test]
fn a_list_of_positions_knows_when_it_goes_round() {
    let ring = |columns: usize, first: f64| {
        let lat = Array2::from_shape_fn((20, columns), |(j, i)| -50.0 + 5.0 * j as f64 + 0.01 * (i % 72) as f64);
        let lon = Array2::from_shape_fn((20, columns), |(_, i)| first + 5.0 * (i % 72) as f64);
        listed(lat, lon)
    };
    for (columns, first) in [(72, 0.0), (73, -180.0), (74, 20.0), (75, 72.0)] {
        let grid = ring(columns, first);
        assert_eq!((grid.closes(), grid.columns()), (true, 72), "{columns}");
        assert!((0..3600).all(|tenth| grid.around(f64::from(tenth) * 0.1, 10.0).is_some()), "{columns}");
    }
    assert!(!ring(70, 0.0).closes());
}

/// Numbers from 0 to 1 without order, by the generator of Lehmer (Park and Miller 1988).
fn numbers() -> impl FnMut() -> f64 {
    let mut last = 1_u64;
    move || {
        last = last * 16_807 % 2_147_483_647;
        last as f64 / 2_147_483_647.0
    }
}

fn of_points(lat: Vec<f64>, lon: Vec<f64>) -> Grid {
    let nx = lat.len();
    Grid { ny: 1, nx, geometry: Points::new(lat, lon).map(Geometry::Points).expect("one length") }
}

#[test]
fn stations_stand_for_themselves_and_points_that_lie_evenly_make_a_surface() {
    let mut any = numbers();
    let (lat, lon) = (0..2000).map(|_| (30.0 + 30.0 * any(), -120.0 + 60.0 * any())).unzip();
    let stations = of_points(lat, lon);
    assert!(stations.is_scattered() && stations.is_drawable() && stations.around(-90.0, 45.0).is_none());
    let (j, i) = stations.nearest(-90.0, 45.0).expect("a station");
    let (lon, lat) = stations.position(j, i).expect("its place");
    let read = stations.shown_at(lon + 0.01, lat, 0.1).expect("within reach");
    assert_eq!(read.points().collect::<Vec<_>>(), [([j, i], 1.0)]);
    assert!(stations.shown_at(0.0, 45.0, 0.1).is_none());
    // A mesh: neighbours about as far apart everywhere, but in no rows.
    let mut shaken = |n: usize| (30.0 + (n / 50) as f64 + 0.5 * any(), -100.0 + (n % 50) as f64 + 0.5 * any());
    let (lat, lon) = (0..2000).map(&mut shaken).unzip();
    assert!(!of_points(lat, lon).is_scattered());
    let few = of_points(vec![40.0, 40.0, 41.0, 41.0], vec![-90.0, -89.0, -90.0, -89.0]);
    assert!(few.is_scattered());
}

/// The nodes of elements with four along each side, as spectral-element models have them, one element in a row. Elements
/// share the nodes of their edges.
fn elements(nodes: [f64; 4]) -> Grid {
    let places = |e: usize, n: usize| {
        let (y, x) = ((e / 10) as f64, (e % 10) as f64);
        (40.0 + 2.0 * y + nodes[n / 4] + 1.0, -100.0 + 2.0 * x + nodes[n % 4] + 1.0)
    };
    let lat = Array2::from_shape_fn((100, 16), |(e, n)| places(e, n).0);
    let lon = Array2::from_shape_fn((100, 16), |(e, n)| places(e, n).1 + 1e-9 * (e % 3) as f64);
    listed(lat, lon)
}

#[test]
fn nodes_of_elements_in_rows_that_mean_nothing_make_one_surface() {
    // Gauss and Lobatto: the zeros of the derivative of a Legendre polynomial, and the ends.
    let inner = 0.2_f64.sqrt();
    let grid = elements([-1.0, -inner, inner, 1.0]);
    assert!(grid.is_drawable() && !grid.is_scattered());
    for (lat, lon) in [(41.3, -99.2), (49.9, -90.1), (55.5, -82.7)] {
        let around = grid.around(lon, lat).expect("inside");
        let mean = |value: fn((f64, f64)) -> f64| around.mean(|j, i| grid.position(j, i).map(value));
        assert!((mean(|at| at.0) - lon).abs() < 0.02 && (mean(|at| at.1) - lat).abs() < 0.02, "{lat} {lon}");
        assert!(grid.around(lon + 40.0, lat).is_none());
    }
}

#[test]
fn a_curvilinear_grid_keeps_its_rows_and_columns() {
    let lat = Array2::from_shape_fn((40, 50), |(j, i)| 30.0 + 0.5 * j as f64 + 0.1 * i as f64);
    let lon = Array2::from_shape_fn((40, 50), |(j, i)| -100.0 + 0.5 * i as f64 - 0.2 * j as f64);
    assert!(listed(lat, lon).locate(-90.0, 42.0).is_some());
}
