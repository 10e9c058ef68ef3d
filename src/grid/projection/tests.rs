//! Against PROJ 9 (pyproj 3), whose numbers stand in the tables.

use super::*;

fn text(value: &str) -> CfValue {
    CfValue::Text(value.to_owned())
}

fn mapping(name: &str, numbers: &[(&str, &[f64])]) -> Vec<(String, CfValue)> {
    let mut attributes = vec![("grid_mapping_name".to_owned(), text(name))];
    attributes.extend(numbers.iter().map(|(key, values)| ((*key).to_owned(), CfValue::Numbers(values.to_vec()))));
    attributes
}

/// Longitude, latitude, x, y: forward within a millimetre, and back within 1e-9 degree.
fn check(name: &str, numbers: &[(&str, &[f64])], points: &[(f64, f64, f64, f64)]) {
    check_mapping(&mapping(name, numbers), points, 1e-3, 1e-9);
}

fn check_mapping(attributes: &[(String, CfValue)], points: &[(f64, f64, f64, f64)], metres: f64, degrees: f64) {
    let projection = Projection::from_cf(attributes).expect("a map");
    for &(lon, lat, x, y) in points {
        let got = projection.forward(lon, lat).expect("on the map");
        assert!((got.0 - x).abs() < metres && (got.1 - y).abs() < metres, "{attributes:?}: {got:?} is not {x}, {y}");
        let back = projection.inverse(got.0, got.1).expect("on the map");
        let turn = wrap(back.0 - lon).abs();
        assert!(turn < degrees && (back.1 - lat).abs() < degrees, "{attributes:?}: {back:?} is not {lon}, {lat}");
        let turned = projection.forward(lon + 360.0, lat).expect("a turn later");
        assert!((turned.0 - got.0).abs() < 1e-5 && (turned.1 - got.1).abs() < 1e-5);
    }
}

const SPHERE: (&str, &[f64]) = ("earth_radius", &[6_371_229.0]);
const WGS84: [(&str, &[f64]); 2] = [("semi_major_axis", &[6_378_137.0]), ("inverse_flattening", &[298.257_223_563])];

#[test]
fn lambert_conformal_stands_where_proj_puts_it() {
    check(
        "lambert_conformal_conic",
        &[
            ("standard_parallel", &[49.0, 77.0]),
            ("latitude_of_projection_origin", &[63.0]),
            ("longitude_of_central_meridian", &[-92.0]),
            SPHERE,
        ],
        &[
            (-92.0, 63.0, 0.0, 0.0),
            (-141.0, 70.5, -1_604_284.242_501, 1_460_306.410_455),
            (-52.6, 47.5, 2_791_172.864_075, -800_928.228_972),
            (170.0, 30.0, -6_860_236.041_741, 2_906_849.106_444),
        ],
    );
    check(
        "lambert_conformal_conic",
        &[
            ("standard_parallel", &[25.0]),
            ("latitude_of_projection_origin", &[25.0]),
            ("longitude_of_central_meridian", &[265.0]),
            ("false_easting", &[400_000.0]),
            ("false_northing", &[-1000.0]),
            WGS84[0],
            WGS84[1],
        ],
        &[
            (-95.0, 25.0, 400_000.0, -1000.0),
            (-120.0, 45.0, -1_693_721.694_932, 2_460_015.785_576),
            (-60.0, 10.0, 4_322_743.967_517, -1_170_623.926_981),
        ],
    );
    check(
        "lambert_conformal_conic",
        &[
            ("standard_parallel", &[-30.0, -60.0]),
            ("latitude_of_projection_origin", &[-45.0]),
            ("longitude_of_central_meridian", &[140.0]),
            SPHERE,
        ],
        &[(150.0, -40.0, 824_367.339_989, 486_330.966_034), (100.0, -75.0, -1_282_547.581_448, -3_729_918.267_182)],
    );
}

#[test]
fn polar_stereographic_stands_where_proj_puts_it() {
    check(
        "polar_stereographic",
        &[
            ("latitude_of_projection_origin", &[90.0]),
            ("straight_vertical_longitude_from_pole", &[-100.0]),
            ("standard_parallel", &[60.0]),
            SPHERE,
        ],
        &[
            (-100.0, 60.0, 0.0, -3_185_614.5),
            (80.0, 45.0, 0.0, 4_924_533.335_668),
            (10.0, 89.0, 97_495.591_855, 35_485.493_407),
        ],
    );
    check(
        "polar_stereographic",
        &[
            ("latitude_of_projection_origin", &[-90.0]),
            ("straight_vertical_longitude_from_pole", &[0.0]),
            ("standard_parallel", &[-71.0]),
            WGS84[0],
            WGS84[1],
        ],
        &[(30.0, -71.0, 1_041_380.054_271, 1_803_723.163_987), (-150.0, -60.0, -1_666_567.013_815, -2_886_578.742_146)],
    );
    // By a scale factor at the pole, once under its own name and once as a stereographic map about the pole.
    for name in ["polar_stereographic", "stereographic"] {
        check(
            name,
            &[
                ("latitude_of_projection_origin", &[90.0]),
                ("longitude_of_projection_origin", &[58.0]),
                ("scale_factor_at_projection_origin", &[0.933]),
            ],
            &[(30.0, 71.0, -937_822.089_201, -1_763_786.822_947), (-150.0, 60.0, 1_500_838.576_924, 2_822_666.831_834)],
        );
    }
}

#[test]
fn mercator_stands_where_proj_puts_it() {
    check(
        "mercator",
        &[
            ("standard_parallel", &[20.0]),
            ("longitude_of_projection_origin", &[-150.0]),
            ("false_easting", &[5.0]),
            SPHERE,
        ],
        &[
            (-160.0, 20.0, -1_044_923.078_039, 2_133_636.994_686),
            (40.0, -70.0, -17_763_772.326_669, -10_389_925.158_567),
        ],
    );
    check(
        "mercator",
        &[("scale_factor_at_projection_origin", &[1.2]), ("longitude_of_projection_origin", &[0.0])],
        &[
            (-160.0, 20.0, -21_373_342.232_309, 2_710_108.378_916),
            (40.0, -70.0, 5_343_335.558_077, -13_234_216.357_104),
        ],
    );
}

#[test]
fn the_rotated_pole_stands_where_proj_puts_it() {
    let pole = Projection::RotatedPole(RotatedPole::new(39.25, -162.0, 12.0));
    // +proj=ob_tran +o_proj=longlat +o_lat_p=39.25 +o_lon_p=12 +lon_0=18, in degrees.
    for (lon, lat, x, y) in ROTATED {
        let got = pole.forward(lon, lat).expect("on the map");
        assert!(wrap(got.0 - x).abs() < 1e-7 && (got.1 - y).abs() < 1e-7, "{got:?} is not {x}, {y}");
        let back = pole.inverse(got.0, got.1).expect("on the map");
        assert!(wrap(back.0 - lon).abs() < 1e-9 && (back.1 - lat).abs() < 1e-9);
    }
}

const ROTATED: [(f64, f64, f64, f64); 4] = [
    (10.0, 50.0, 6.8673552005, -0.4724280878),
    (-60.0, 80.0, -0.2020042858, 36.5222450467),
    (179.0, -10.0, 168.1027340686, 37.6770959802),
    (-162.0, 20.0, -168.0000000000, 70.7500000000),
];

#[test]
fn all_other_mappings_stand_where_proj_puts_them() {
    let origin = |lat: &'static [f64], lon: &'static [f64]| {
        [("latitude_of_projection_origin", lat), ("longitude_of_projection_origin", lon)]
    };
    let other = |name: &str, mut numbers: Vec<(&str, &'static [f64])>, sphere: bool, point: (f64, f64, f64, f64)| {
        if sphere {
            numbers.push(SPHERE);
        }
        check_mapping(&mapping(name, &numbers), &[point], 1e-3, 1e-8);
    };
    other(
        "albers_conical_equal_area",
        vec![
            ("standard_parallel", &[29.5, 45.5]),
            ("latitude_of_projection_origin", &[37.5]),
            ("longitude_of_central_meridian", &[-96.0]),
        ],
        true,
        (-100.0, 40.0, -337_543.633_064, 287_781.447_134),
    );
    let mut europe = origin(&[52.0], &[10.0]).to_vec();
    europe.extend([("false_easting", &[4_321_000.0][..]), ("false_northing", &[3_210_000.0][..])]);
    other("lambert_azimuthal_equal_area", europe, false, (5.0, 45.0, 3_926_417.967_608, 2_445_248.841_246));
    other(
        "transverse_mercator",
        vec![
            ("latitude_of_projection_origin", &[49.0]),
            ("longitude_of_central_meridian", &[-2.0]),
            ("scale_factor_at_central_meridian", &[0.9996]),
            ("false_easting", &[400_000.0]),
            ("false_northing", &[-100_000.0]),
        ],
        true,
        (1.0, 52.0, 605_277.792_419, 237_699.929_131),
    );
    other("stereographic", origin(&[52.0], &[5.0]).to_vec(), true, (10.0, 40.0, 430_465.830_766, -1_325_692.169_836));
    other("orthographic", origin(&[45.0], &[10.0]).to_vec(), true, (0.0, 50.0, -711_149.553_826, 599_283.628_862));
    other(
        "azimuthal_equidistant",
        origin(&[45.0], &[10.0]).to_vec(),
        true,
        (-90.0, 40.0, -6_193_974.679_652, 4_504_061.180_663),
    );
    let mut high = origin(&[45.0], &[10.0]).to_vec();
    high.push(("perspective_point_height", &[1e7]));
    other("vertical_perspective", high, true, (0.0, 50.0, -706_329.639_263, 595_221.901_093));
    let meridian = vec![("longitude_of_central_meridian", &[0.0][..])];
    other("sinusoidal", meridian.clone(), true, (-90.0, 40.0, -7_666_498.564_971, 4_447_956.937_942));
    let mut cylinder = meridian;
    cylinder.push(("standard_parallel", &[30.0]));
    other("lambert_cylindrical_equal_area", cylinder, true, (-90.0, 40.0, -8_667_098.332_193, 4_728_899.454_657));
    let mut oblique = origin(&[45.0], &[10.0]).to_vec();
    oblique.push(("azimuth_of_central_line", &[30.0]));
    other("oblique_mercator", oblique, false, (12.0, 47.0, 19_638.760_033, 270_228.979_734));
}

#[test]
fn a_satellites_scan_follows_its_sweep_axis() {
    let numbers: [(&str, &[f64]); 2] =
        [("longitude_of_projection_origin", &[-75.0]), ("perspective_point_height", &[35_786_023.0])];
    let point = [(-90.0, 40.0, -1_202_872.208_292, 3_882_716.619_560)];
    let mut swept = mapping("geostationary", &numbers);
    swept.push(("sweep_angle_axis".to_owned(), text("x")));
    check_mapping(&swept, &point, 1e-3, 1e-6);
    let mut fixed = mapping("geostationary", &numbers);
    fixed.push(("fixed_angle_axis".to_owned(), text("y")));
    check_mapping(&fixed, &point, 1e-3, 1e-6);
    let projection = Projection::from_cf(&fixed).expect("a map");
    assert_eq!(projection.inverse(5_600_000.0, 0.0), None, "beside the disc is sky");
}

#[test]
fn beside_the_map_there_is_no_position() {
    let lambert = Lambert::new([49.0, 77.0], 63.0, -92.0, Earth::SPHERE).map(Projection::Lambert).expect("a cone");
    assert_eq!(lambert.forward(0.0, -90.0), None);
    assert_eq!(lambert.inverse(0.0, 9_000_000.0), None, "the wedge behind the pole");
    assert_eq!(lambert.forward(f64::NAN, 0.0), None);
    let flat = Projection::PlateCarree { central_longitude: 180.0 };
    assert_eq!(flat.forward(-170.0, 10.0), Some((190.0, 10.0)));
    assert_eq!(flat.inverse(190.0, 10.0), Some((-170.0, 10.0)));
    assert_eq!(flat.inverse(-10.0, 0.0), None);
    assert_eq!(flat.forward(0.0, 91.0), None);
    let rotated = Projection::RotatedPole(RotatedPole::new(31.76, 87.6, 0.0));
    assert!(rotated.inverse(180.0, 0.0).is_some());
    assert_eq!(rotated.inverse(181.0, 0.0), None, "one Earth");
}

#[test]
fn mappings_that_make_no_map_are_refused_with_words() {
    assert!(Projection::from_cf(&[]).is_err());
    assert!(Projection::from_cf(&mapping("cubed_sphere", &[])).is_err_and(|e| e.to_string().contains("cubed_sphere")));
    let flat_cone: [(&str, &[f64]); 2] =
        [("standard_parallel", &[-30.0, 30.0]), ("longitude_of_central_meridian", &[0.0])];
    assert!(Projection::from_cf(&mapping("lambert_conformal_conic", &flat_cone)).is_err());
    let no_earth: [(&str, &[f64]); 2] = [("longitude_of_projection_origin", &[0.0]), ("earth_radius", &[0.0])];
    assert!(Projection::from_cf(&mapping("orthographic", &no_earth)).is_err());
    assert!(Projection::from_cf(&mapping("mercator", &no_earth)).is_err());
}

/// PROJ strings, EPSG numbers and WKT 1 and 2 (of GDAL and ESRI), with a place and where pyproj puts it, in metres or degrees.
#[test]
fn definitions_of_other_programs_stand_where_proj_puts_them() {
    let table = include_str!("../../../tests/data/definitions.tsv");
    let mut wrong = Vec::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [definition, numbers @ ..] = columns.as_slice() else { panic!("{line}") };
        let numbers: Vec<f64> = numbers.iter().map(|number| number.parse().expect("a number")).collect();
        let [lon, lat, x, y] = numbers[..] else { panic!("{line}") };
        let defined = match Defined::parse(definition) {
            Ok(defined) => defined,
            Err(error) => {
                wrong.push(format!("{definition}: {error}"));
                continue;
            }
        };
        let got = defined.projection.forward(lon, lat).expect("on the map");
        let got = (got.0 / defined.unit, got.1 / defined.unit);
        let near = if defined.projection.is_in_degrees() { 1e-6 } else { 0.02 };
        let back = defined.projection.inverse(x * defined.unit, y * defined.unit).expect("on the map");
        let same = (got.0 - x).abs() < near && (got.1 - y).abs() < near;
        if !(same && wrap(back.0 - lon).abs() < 1e-6 && (back.1 - lat).abs() < 1e-6) {
            wrong.push(format!("{definition}: {got:?} is not {x}, {y}; back {back:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.lines().count(), wrong.join("\n"));
}

#[test]
fn a_number_of_the_register_is_read_in_all_its_forms_and_refused_by_name() {
    for text in
        ["3413", "EPSG:3413", "epsg:3413", "urn:ogc:def:crs:EPSG::3413", "http://www.opengis.net/def/crs/EPSG/0/3413"]
    {
        assert_eq!(Defined::parse(text), Defined::of_epsg(3413), "{text}");
    }
    assert_eq!(Defined::parse("EPSG:1"), Err(MapError::Unknown("EPSG:1".to_owned())));
    let cassini = Defined::parse(
        "PROJCS[\"x\",GEOGCS[\"y\",DATUM[\"z\",SPHEROID[\"s\",6378137,298.25]],PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925]],PROJECTION[\"Krovak_Modified\"],UNIT[\"metre\",1]]",
    );
    assert_eq!(cassini, Err(MapError::Unknown("Krovak_Modified".to_owned())));
    for broken in ["", "unknown", "PROJCS[", "PROJCS[[[[", "+proj=lcc +lat_1=x", "((((", "PROJCS[\"a\",1e999]"] {
        assert!(Defined::parse(broken).is_err(), "{broken}");
    }
    assert!(Defined::parse(&"A[".repeat(30_000)).is_err(), "however deep");
}

#[test]
fn a_mapping_without_a_name_is_told_by_definitions_by_its_variable_or_by_what_only_one_has() {
    let numbers = |given: &[(&str, f64)]| {
        given.iter().map(|(key, value)| ((*key).to_owned(), CfValue::Numbers(vec![*value]))).collect::<Vec<_>>()
    };
    let mercator = numbers(&[("longitude_of_projection_origin", 0.0), ("scale_factor_at_projection_origin", 1.0)]);
    let found = Defined::of_mapping("mercator", &mercator).expect("told by its name");
    assert!(matches!(found.projection, Projection::Mercator(_)));
    let pole = numbers(&[("grid_north_pole_latitude", 39.25), ("grid_north_pole_longitude", -162.0)]);
    let found = Defined::of_mapping("crs", &pole).expect("told by its pole");
    assert!(matches!(found.projection, Projection::RotatedPole(_)));
    let by_text = |name: &str, value: &str| Defined::of_mapping("crs", &[(name.to_owned(), text(value))]);
    assert_eq!(by_text("proj4_params", "+proj=longlat +datum=WGS84").map(|found| found.unit), Ok(1.0));
    assert_eq!(by_text("id", "EPSG:3413"), Defined::of_epsg(3413));
    assert_eq!(by_text("id", "unknown"), Err(MapError::Missing("grid_mapping_name".to_owned())));
    assert_eq!(by_text("epsg", "1"), Err(MapError::Unknown("EPSG:1".to_owned())));
    let number = Defined::of_mapping("crs", &[("epsg_code".to_owned(), CfValue::Numbers(vec![3413.0]))]);
    assert_eq!(number, Defined::of_epsg(3413));
}
