//! Coordinate reference systems by their EPSG number: those that files of weather, sea and land use.

/// The PROJ definition of a system; `None` for one that is not in the table.
///
/// From the EPSG Geodetic Parameter Dataset, as PROJ 9 writes it. Shifts between datums are left out: a hundred metres at
/// most between those of one continent.
#[must_use]
pub(super) fn definition(number: u32) -> Option<String> {
    utm(number).or_else(|| {
        let place = KNOWN.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        KNOWN.get(place).map(|(_, definition)| (*definition).to_owned())
    })
}

/// The zones of the universal transverse Mercator projection, which are numbered in blocks.
fn utm(number: u32) -> Option<String> {
    let zone = |first: u32, last: u32| (first..=last).contains(&number).then_some(number % 100);
    let (zone, rest) = match number {
        32_601..=32_660 => (zone(32_601, 32_660)?, "+ellps=WGS84"),
        32_701..=32_760 => (zone(32_701, 32_760)?, "+south +ellps=WGS84"),
        25_828..=25_838 => (zone(25_828, 25_838)?, "+ellps=GRS80"),
        26_901..=26_923 => (zone(26_901, 26_923)?, "+ellps=GRS80"),
        26_701..=26_722 => (zone(26_701, 26_722)?, "+ellps=clrk66"),
        28_348..=28_358 => (zone(28_348, 28_358)?, "+south +ellps=GRS80"),
        _ => return None,
    };
    Some(format!("+proj=utm +zone={zone} {rest}"))
}

/// In the order of the numbers.
const KNOWN: &[(u32, &str)] = &[
    (2100, "+proj=tmerc +lon_0=24 +k=0.9996 +x_0=500000 +ellps=GRS80"),
    (2154, "+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +ellps=GRS80"),
    (2157, "+proj=tmerc +lat_0=53.5 +lon_0=-8 +k=0.99982 +x_0=600000 +y_0=750000 +ellps=GRS80"),
    (2163, "+proj=laea +lat_0=45 +lon_0=-100 +ellps=sphere"),
    (2180, "+proj=tmerc +lon_0=19 +k=0.9993 +x_0=500000 +y_0=-5300000 +ellps=GRS80"),
    (2193, "+proj=tmerc +lon_0=173 +k=0.9996 +x_0=1600000 +y_0=10000000 +ellps=GRS80"),
    (3005, "+proj=aea +lat_0=45 +lon_0=-126 +lat_1=50 +lat_2=58.5 +x_0=1000000 +datum=NAD83"),
    (3006, "+proj=utm +zone=33 +ellps=GRS80"),
    (3031, "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +datum=WGS84"),
    (3034, "+proj=lcc +lat_0=52 +lon_0=10 +lat_1=35 +lat_2=65 +x_0=4000000 +y_0=2800000 +ellps=GRS80"),
    (3035, "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80"),
    (3057, "+proj=lcc +lat_0=65 +lon_0=-19 +lat_1=64.25 +lat_2=65.75 +x_0=500000 +y_0=500000 +ellps=GRS80"),
    (3067, "+proj=utm +zone=35 +ellps=GRS80"),
    (3112, "+proj=lcc +lon_0=134 +lat_1=-18 +lat_2=-36 +ellps=GRS80"),
    (3161, "+proj=lcc +lon_0=-85 +lat_1=44.5 +lat_2=53.5 +x_0=930000 +y_0=6430000 +datum=NAD83"),
    (3162, "+proj=lcc +lon_0=-85 +lat_1=44.5 +lat_2=53.5 +x_0=930000 +y_0=6430000 +ellps=GRS80"),
    (3338, "+proj=aea +lat_0=50 +lon_0=-154 +lat_1=55 +lat_2=65 +datum=NAD83"),
    (
        3347,
        "+proj=lcc +lat_0=63.390675 +lon_0=-91.8666666666667 +lat_1=49 +lat_2=77 +x_0=6200000 +y_0=3000000 +datum=NAD83",
    ),
    (
        3348,
        "+proj=lcc +lat_0=63.390675 +lon_0=-91.8666666666667 +lat_1=49 +lat_2=77 +x_0=6200000 +y_0=3000000 +ellps=GRS80",
    ),
    (3395, "+proj=merc +lon_0=0 +datum=WGS84"),
    (3400, "+proj=tmerc +lon_0=-115 +k=0.9992 +x_0=500000 +datum=NAD83"),
    (3401, "+proj=tmerc +lon_0=-115 +k=0.9992 +datum=NAD83"),
    (3408, "+proj=laea +lat_0=90 +lon_0=0 +R=6371228"),
    (3409, "+proj=laea +lat_0=-90 +lon_0=0 +R=6371228"),
    (3410, "+proj=cea +lat_ts=30 +lon_0=0 +R=6371228"),
    (3411, "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +a=6378273 +b=6356889.449"),
    (3412, "+proj=stere +lat_0=-90 +lat_ts=-70 +lon_0=0 +a=6378273 +b=6356889.449"),
    (3413, "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84"),
    (3416, "+proj=lcc +lat_0=47.5 +lon_0=13.3333333333333 +lat_1=49 +lat_2=46 +x_0=400000 +y_0=400000 +ellps=GRS80"),
    (3571, "+proj=laea +lat_0=90 +lon_0=180 +datum=WGS84"),
    (3572, "+proj=laea +lat_0=90 +lon_0=-150 +datum=WGS84"),
    (3573, "+proj=laea +lat_0=90 +lon_0=-100 +datum=WGS84"),
    (3574, "+proj=laea +lat_0=90 +lon_0=-40 +datum=WGS84"),
    (3575, "+proj=laea +lat_0=90 +lon_0=10 +datum=WGS84"),
    (3576, "+proj=laea +lat_0=90 +lon_0=90 +datum=WGS84"),
    (3577, "+proj=aea +lon_0=132 +lat_1=-18 +lat_2=-36 +ellps=GRS80"),
    (3763, "+proj=tmerc +lat_0=39.6682583333333 +lon_0=-8.13310833333333 +ellps=GRS80"),
    (
        3812,
        "+proj=lcc +lat_0=50.797815 +lon_0=4.35921583333333 +lat_1=49.8333333333333 +lat_2=51.1666666666667 +x_0=649328 +y_0=665262 +ellps=GRS80",
    ),
    (3832, "+proj=merc +lon_0=150 +datum=WGS84"),
    (3857, "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0"),
    (3976, "+proj=stere +lat_0=-90 +lat_ts=-70 +lon_0=0 +datum=WGS84"),
    (3978, "+proj=lcc +lat_0=49 +lon_0=-95 +lat_1=49 +lat_2=77 +datum=NAD83"),
    (3979, "+proj=lcc +lat_0=49 +lon_0=-95 +lat_1=49 +lat_2=77 +ellps=GRS80"),
    (3994, "+proj=merc +lat_ts=-41 +lon_0=100 +datum=WGS84"),
    (3995, "+proj=stere +lat_0=90 +lat_ts=71 +lon_0=0 +datum=WGS84"),
    (3996, "+proj=stere +lat_0=90 +lat_ts=75 +lon_0=0 +datum=WGS84"),
    (4047, "+proj=longlat +R=6371007"),
    (4087, "+proj=eqc +lat_ts=0 +lon_0=0 +datum=WGS84"),
    (4167, "+proj=longlat +ellps=GRS80"),
    (4258, "+proj=longlat +ellps=GRS80"),
    (4267, "+proj=longlat +datum=NAD27"),
    (4269, "+proj=longlat +datum=NAD83"),
    (4283, "+proj=longlat +ellps=GRS80"),
    (4326, "+proj=longlat +datum=WGS84"),
    (4617, "+proj=longlat +ellps=GRS80"),
    (4979, "+proj=longlat +datum=WGS84"),
    (5041, "+proj=stere +lat_0=90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5042, "+proj=stere +lat_0=-90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5070, "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +datum=NAD83"),
    (5936, "+proj=stere +lat_0=90 +lon_0=-150 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5937, "+proj=stere +lat_0=90 +lon_0=-100 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5938, "+proj=stere +lat_0=90 +lon_0=-33 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5939, "+proj=stere +lat_0=90 +lon_0=18 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (5940, "+proj=stere +lat_0=90 +lon_0=105 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (6350, "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +ellps=GRS80"),
    (6622, "+proj=lcc +lat_0=44 +lon_0=-68.5 +lat_1=60 +lat_2=46 +ellps=GRS80"),
    (6931, "+proj=laea +lat_0=90 +lon_0=0 +datum=WGS84"),
    (6932, "+proj=laea +lat_0=-90 +lon_0=0 +datum=WGS84"),
    (6933, "+proj=cea +lat_ts=30 +lon_0=0 +datum=WGS84"),
    (27_700, "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"),
    (
        28_992,
        "+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel",
    ),
    (29_903, "+proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +a=6377340.189 +rf=299.3249646"),
    (31_287, "+proj=lcc +lat_0=47.5 +lon_0=13.3333333333333 +lat_1=49 +lat_2=46 +x_0=400000 +y_0=400000 +ellps=bessel"),
    (
        31_370,
        "+proj=lcc +lat_0=90 +lon_0=4.36748666666667 +lat_1=51.1666672333333 +lat_2=49.8333339 +x_0=150000.013 +y_0=5400088.438 +ellps=intl",
    ),
    (31_466, "+proj=tmerc +lon_0=6 +x_0=2500000 +ellps=bessel"),
    (31_467, "+proj=tmerc +lon_0=9 +x_0=3500000 +ellps=bessel"),
    (31_468, "+proj=tmerc +lon_0=12 +x_0=4500000 +ellps=bessel"),
    (31_469, "+proj=tmerc +lon_0=15 +x_0=5500000 +ellps=bessel"),
    (32_198, "+proj=lcc +lat_0=44 +lon_0=-68.5 +lat_1=60 +lat_2=46 +datum=NAD83"),
    (32_661, "+proj=stere +lat_0=90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (32_662, "+proj=eqc +lat_ts=0 +lon_0=0 +datum=WGS84"),
    (32_761, "+proj=stere +lat_0=-90 +lon_0=0 +k=0.994 +x_0=2000000 +y_0=2000000 +datum=WGS84"),
    (102_100, "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0"),
    (900_913, "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0"),
];
