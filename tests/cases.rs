//! Faults from public reports and from files of others, where these files are beside the checkout: each row is a command
//! and its correct result, as in `expect.txt` or `real/README.md`. The numbers are those used to make the files, or come
//! from ecCodes, netCDF4 and PROJ.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// An expected result of a command.
enum Want {
    /// These words are printed, in results or notices; case is ignored.
    Says(&'static str),
    /// One of these words is.
    SaysOne(&'static [&'static str]),
    /// These words are not printed.
    Lacks(&'static str),
    /// At least one notice.
    Warns,
    /// No notice.
    Quiet,
    /// A number in the JSON object, within 0.01 or 0.001 %.
    Is(&'static str, f64),
    /// A number as above, or these words where the file is refused.
    IsOrSays(&'static str, f64, &'static str),
    /// A text, number or `null` in the JSON object.
    Reads(&'static str, fn() -> Value),
    /// The lead times of a variable in hours, in the order of time.
    Leads(&'static str, &'static [f64]),
    /// The valid times of a variable, in their order.
    Valid(&'static str, &'static [&'static str]),
    /// Every step has one of these lead times, or neither a lead nor a valid time.
    LeadsOrUntimed(&'static str, &'static [f64]),
    /// These values are found at the first points of fields; each field is selected by keys from `info`.
    Holds(&'static [f64]),
    /// The number of frames drawn.
    Frames(usize),
    /// The frame is that of another command.
    SameFrame(&'static str),
    /// The frame differs from that of another command in few pixels only.
    LikeFrame(&'static str),
}
use Want::{
    Frames, Holds, Is, IsOrSays, Lacks, Leads, LeadsOrUntimed, LikeFrame, Quiet, Reads, SameFrame, Says, SaysOne,
    Valid, Warns,
};

/// Folder, command in it, and what must come.
type Row = (&'static str, &'static str, &'static [Want]);

const MADE: &[Row] = &[
    ("analyses-as-runs", "render era5.grib1 --variable 2t --all", &[Frames(24)]),
    ("analyses-as-runs", "render mrms.grib2 --all", &[Frames(6)]),
    (
        "analyses-as-runs",
        "probe era5.grib1 --variable 2t --valid 2020-01-01T05:00:00Z --index 0,0",
        &[Is("/value", 275.0)],
    ),
    ("apcp-two-ranges", "info hrrr.grib2", &[Holds(&[10.0, 1.0])]),
    ("apcp-two-ranges", "info hrrr.grib2 (text)", &[SaysOne(&["5 h sum", "0–5 h"]), SaysOne(&["1 h sum", "4–5 h"])]),
    ("apcp-two-ranges", "info hrrr-other-order.grib2", &[Holds(&[10.0, 1.0])]),
    (
        "apcp-two-ranges",
        "probe hrrr.grib2 --variable tp --lead 5 --index 0,0 (text)",
        &[SaysOne(&["5 h sum", "0–5 h", "sum since", "1 h sum", "4–5 h"])],
    ),
    ("calendars-as-written", "info fms-thirty.nc", &[Valid("t2m", &["0001-02-30T12:00:00Z", "0001-03-01T12:00:00Z"])]),
    (
        "calendars-as-written",
        "info fms-noleap.nc",
        &[Valid("t2m", &["2000-02-28T00:00:00Z", "2000-03-01T00:00:00Z", "2000-03-02T00:00:00Z"])],
    ),
    (
        "calendars-as-written",
        "info fms-julian.nc",
        &[Valid("t2m", &["2019-08-28T00:00:00Z", "2019-08-28T06:00:00Z", "2019-08-28T12:00:00Z"])],
    ),
    (
        "calendars-as-written",
        "info gregorian-capital.nc",
        &[Valid("t2m", &["2019-08-28T00:00:00Z", "2019-08-28T06:00:00Z"])],
    ),
    ("calendars-as-written", "info nul.nc", &[Valid("t2m", &["2019-08-28T00:00:00Z", "2019-08-28T06:00:00Z"])]),
    ("calendars-as-written", "info year0-noleap.nc", &[Valid("t2m", &["2020-01-01T00:00:00Z"])]),
    ("calendars-as-written", "info year0-gregorian.nc", &[Valid("t2m", &["2019-12-31T00:00:00Z"])]),
    ("calendars-as-written", "info none.nc", &[Warns]),
    ("calendars-as-written", "probe none.nc --dim time=0 --index 0,0", &[Is("/value", 250.0)]),
    ("era5-expver", "render era5t.nc --variable t2m --all", &[Frames(4), Lacks("no values")]),
    ("era5-expver", "probe era5t.nc --variable t2m --valid 2024-02-17T00:00:00Z --index 0,0", &[Is("/value", 260.0)]),
    ("era5-expver", "probe era5t.nc --variable t2m --valid 2024-02-17T06:00:00Z --index 0,0", &[Is("/value", 270.0)]),
    ("era5-expver", "probe era5t.nc --variable t2m --valid 2024-02-17T12:00:00Z --index 0,0", &[Is("/value", 280.0)]),
    ("era5-expver", "probe era5t.nc --variable t2m --valid 2024-02-17T18:00:00Z --index 0,0", &[Is("/value", 290.0)]),
    ("era5-expver", "render cds-new.nc --variable t2m --all", &[Frames(4)]),
    (
        "float32-days",
        "info third.nc",
        &[Valid(
            "t2m",
            &[
                "2026-08-02T00:00:00Z",
                "2026-08-02T01:00:00Z",
                "2026-08-02T02:00:00Z",
                "2026-08-02T03:00:00Z",
                "2026-08-02T04:00:00Z",
            ],
        )],
    ),
    (
        "float32-days",
        "info days.nc",
        &[Valid(
            "t2m",
            &[
                "2026-08-02T00:00:00Z",
                "2026-08-02T03:00:00Z",
                "2026-08-02T06:00:00Z",
                "2026-08-02T09:00:00Z",
                "2026-08-02T12:00:00Z",
            ],
        )],
    ),
    (
        "float32-days",
        "info hours.nc",
        &[Valid(
            "t2m",
            &[
                "2026-07-21T00:00:00Z",
                "2026-07-21T01:00:00Z",
                "2026-07-21T02:00:00Z",
                "2026-07-21T03:00:00Z",
                "2026-07-21T04:00:00Z",
            ],
        )],
    ),
    // All hold the same sea; only the positions of the land differ.
    ("garbage-land-positions", "render nemo-zero.nc --region data", &[LikeFrame("render mom6-nan.nc --region data")]),
    ("garbage-land-positions", "render roms-999.nc --region data", &[LikeFrame("render mom6-nan.nc --region data")]),
    ("garbage-land-positions", "render roms-fill.nc --region data", &[LikeFrame("render mom6-nan.nc --region data")]),
    ("garbage-land-positions", "render roms-1e5.nc --region data", &[LikeFrame("render mom6-nan.nc --region data")]),
    ("gefs-alternating-ranges", "info gefs.grib2", &[Holds(&[0.0, 100.0, 200.0, 300.0, 400.0, 500.0])]),
    (
        "gefs-alternating-ranges",
        "info gefs.grib2 (text)",
        &[SaysOne(&["3 h sum", "6–9 h"]), SaysOne(&["6 h sum", "6–12 h"])],
    ),
    ("gefs-alternating-ranges", "probe gefs.grib2 --variable tp --lead 12 --index 0,0 (text)", &[Says("6 h sum")]),
    ("gefs-alternating-ranges", "probe gefs.grib2 --variable tp --lead 15 --index 0,0 (text)", &[Says("3 h sum")]),
    ("gefs-alternating-ranges", "probe gefs.grib2 --variable tp --lead 12 --index 0,0", &[Is("/value", 300.0)]),
    ("gefs-alternating-ranges", "probe gefs.grib2 --variable tp --lead 15 --index 0,0", &[Is("/value", 400.0)]),
    ("gefs-alternating-ranges", "render gefs.grib2 --variable tp --lead 12", &[Frames(1)]),
    ("gefs-alternating-ranges", "render gefs.grib2 --variable tp --lead 15", &[Frames(1)]),
    ("graphcast-output", "info pred.nc", &[Leads("geopotential", &[6.0, 12.0, 18.0, 24.0])]),
    (
        "graphcast-output",
        "probe pred.nc --variable 2m_temperature --lead 6 --index 0,0",
        &[
            Reads("/run", || json!("2022-01-01T06:00:00Z")),
            Reads("/valid", || json!("2022-01-01T12:00:00Z")),
            Reads("/display/name/en", || json!("2 m temperature")),
            Is("/value", 250.0),
            Is("/display/value", 250.0 - 273.15),
        ],
    ),
    ("graphcast-output", "info pred-nodatetime.nc", &[Leads("geopotential", &[6.0, 12.0, 18.0, 24.0])]),
    (
        "grib1-range-in-3h-units",
        "info far.grib1",
        &[
            Leads("tp", &[246.0, 252.0, 258.0, 264.0, 270.0]),
            Leads("t", &[252.0, 258.0, 264.0]),
            Holds(&[0.0, 100.0, 200.0, 300.0, 400.0, 1000.0, 1100.0, 1200.0]),
        ],
    ),
    (
        "grib1-range-in-3h-units",
        "info far.grib1 (text)",
        &[Says("Total precipitation"), Says("kg m"), SaysOne(&["6 h sum", "252–258 h"])],
    ),
    ("grib1-range-in-3h-units", "probe far.grib1 --variable tp --lead 258 --index 0,0", &[Is("/value", 200.0)]),
    (
        "heights-mixed",
        "info hrrr.grib2",
        &[Holds(&[0.0, 100.0, -100.0, 280.0, 270.0, 250.0, 240.0, 200.0, 210.0, 281.0, 3000.0, 205.0, 7.0])],
    ),
    (
        "heights-mixed",
        "info hrrr.grib2 (text)",
        &[Says("tropopause"), Says("planetary boundary layer"), Lacks("type:7"), Lacks("type:220")],
    ),
    ("hrrr-run-of-files", "info hrrr.20190701", &[Holds(&[10.0, 20.0, 30.0, 40.0, 1.0])]),
    ("hrrr-run-of-files", "info hrrr.20190701 (text)", &[SaysOne(&["1 h sum", "3–4 h"])]),
    ("hrrr-run-of-files", "probe hrrr.20190701 --variable tp --lead 4 --index 0,0 (text)", &[Says("sum")]),
    (
        "iso-t-in-units",
        "info arco.nc",
        &[Valid("t2m", &["1900-01-01T06:00:00Z", "1900-01-01T12:00:00Z", "1900-01-01T18:00:00Z"])],
    ),
    (
        "iso-t-in-units",
        "info z.nc",
        &[Valid("t2m", &["2023-01-01T00:00:00Z", "2023-01-01T06:00:00Z", "2023-01-01T12:00:00Z"])],
    ),
    (
        "iso-t-in-units",
        "info frac.nc",
        &[Valid("t2m", &["2023-01-01T12:00:00Z", "2023-01-07T12:00:00Z", "2023-01-13T12:00:00Z"])],
    ),
    (
        "iso-t-in-units",
        "info tz.nc",
        &[Valid("t2m", &["2023-01-01T05:00:00Z", "2023-01-01T11:00:00Z", "2023-01-01T17:00:00Z"])],
    ),
    ("iso-t-in-units", "info uclales.nc (text)", &[Warns, Says("time"), Lacks(", , ")]),
    ("iso-t-in-units", "render uclales.nc --variable t2m --all", &[Frames(3)]),
    ("iso-t-in-units", "probe uclales.nc --variable t2m --dim time=2 --index 0,0", &[Is("/value", 370.0)]),
    ("members-scrambled", "probe enfo.grib2 --variable tp --lead 12 --index 0,0", &[Is("/value", 12.0)]),
    ("members-scrambled", "probe enfo.grib2 --variable tp --lead 12 --index 0,0 (text)", &[Says("control")]),
    ("members-scrambled", "probe enfo.grib2 --variable tp --lead 18 --member 11 --index 0,0", &[Is("/value", 11018.0)]),
    ("members-scrambled", "probe seven-first.grib2 --variable tp --lead 6 --index 0,0", &[Is("/value", 6.0)]),
    ("members-scrambled", "probe mean-first.grib2 --variable tp --lead 6 --index 0,0", &[Is("/value", 6.0)]),
    ("members-scrambled", "probe mean-first.grib2 --variable tp --lead 6 --index 0,0 (text)", &[Says("control")]),
    (
        "members-scrambled",
        "probe mean-first.grib2 --variable tp --lead 6 --member 7 --index 0,0",
        &[Is("/value", 7006.0)],
    ),
    (
        "members-scrambled",
        "probe mean-first.grib2 --variable tp --lead 6 --member 7 --index 0,0 (text)",
        &[Says("member 7")],
    ),
    ("members-scrambled", "info enfo.grib2", &[Holds(&[9000.0, 6.0, 1006.0, 11018.0])]),
    ("members-scrambled", "info enfo.grib2 (text)", &[Says("ensemble mean"), Says("ensemble spread")]),
    ("members-scrambled", "render enfo.grib2 --variable tp --lead 12 --member 10", &[Frames(1)]),
    (
        "members-scrambled",
        "render seven-first.grib2 --variable tp --lead 12",
        &[SameFrame("render seven-first.grib2 --variable tp --lead 12 --member 0")],
    ),
    (
        "mercator-dateline",
        "probe nz.grib1 --index 133,118",
        &[Is("/lat", -29.381), Is("/lon", -174.843), Is("/value", 99184.0)],
    ),
    ("mercator-dateline", "info nz.grib1", &[Warns]),
    ("mercator-dateline", "info nz-latin41.grib1", &[Quiet]),
    (
        "mercator-without-name",
        "probe fwi.nc --index 0,0",
        &[IsOrSays("/lat", 45.0554, "grid_mapping_name"), IsOrSays("/lon", -9.8815, "grid_mapping_name")],
    ),
    (
        "moving-nest",
        "probe wrfout_d02_moving.nc --variable T2 --valid 2021-08-28T00:00:00Z --index 4,5",
        &[Is("/lat", 25.0), Is("/lon", -85.0), Is("/value", 305.0)],
    ),
    (
        "moving-nest",
        "probe wrfout_d02_moving.nc --variable T2 --valid 2021-08-28T06:00:00Z --index 4,5",
        &[Is("/lat", 27.0), Is("/lon", -86.5), Is("/value", 307.0)],
    ),
    (
        "moving-nest",
        "probe wrfout_d02_moving.nc --variable T2 --valid 2021-08-28T12:00:00Z --at 29,-88",
        &[Is("/lat", 29.0), Is("/lon", -88.0), Is("/value", 309.0)],
    ),
    ("moving-nest", "render wrfout_d02_moving.nc --all", &[Frames(3)]),
    (
        "repeated-hours",
        "probe nwm.nc --variable T2D --dim time=14 --index 0,0",
        &[Is("/value", 14.0), Is("/lead", 129.0), Reads("/valid", || json!("2017-08-30T15:00:00Z"))],
    ),
    ("repeated-hours", "render nwm.nc --variable T2D --all", &[Frames(7)]),
    (
        "sigma-and-soil-layers",
        "info layers.grib2",
        &[Holds(&[50.0, 51.0, 52.0, 53.0, 280.0, 281.0, 282.0, 283.0, 270.0, 271.0, 272.0, 273.0, 274.0])],
    ),
    (
        "sigma-and-soil-layers",
        "info layers.grib2 (text)",
        &[
            Says("0.44–1"),
            Says("0.44–0.72"),
            Says("0.72–0.94"),
            Says("0.33–1"),
            Says("0.1–0.4"),
            Says("sigma"),
            Says("below ground"),
        ],
    ),
    (
        "ugrid-negative-times",
        "info neg.nc",
        &[Valid("wl", &["2019-12-30T00:00:00Z", "2019-12-31T00:00:00Z", "2020-01-01T00:00:00Z"])],
    ),
    (
        "ugrid-negative-times",
        "info neg-facecoords.nc",
        &[Valid("wl", &["2019-12-30T00:00:00Z", "2019-12-31T00:00:00Z", "2020-01-01T00:00:00Z"])],
    ),
    (
        "ugrid-negative-times",
        "info unsorted.nc",
        &[Valid("wl", &["2019-12-29T00:00:00Z", "2019-12-30T00:00:00Z", "2019-12-31T00:00:00Z"])],
    ),
    (
        "ugrid-negative-times",
        "info unsorted-facecoords.nc",
        &[Valid("wl", &["2019-12-29T00:00:00Z", "2019-12-30T00:00:00Z", "2019-12-31T00:00:00Z"])],
    ),
    (
        "ugrid-negative-times",
        "info int.nc",
        &[Valid("wl", &["2024-10-13T21:00:00Z", "2024-10-13T22:00:00Z", "2024-10-13T23:00:00Z"])],
    ),
    // The first face has the nodes 4/50, 6/50, 6/52.
    (
        "ugrid-negative-times",
        "probe neg.nc --variable wl --valid 2019-12-31T00:00:00Z --at 50.6,5.4",
        &[Is("/value", 108.0), Is("/lat", 50.6667), Is("/lon", 5.3333)],
    ),
    (
        "ugrid-negative-times",
        "probe neg-facecoords.nc --variable wl --valid 2019-12-31T00:00:00Z --at 50.6,5.4",
        &[Is("/value", 108.0), Is("/lat", 50.6667), Is("/lon", 5.3333)],
    ),
    ("ugrid-negative-times", "render neg.nc --all", &[Frames(3)]),
    ("wb2-prediction-timedelta", "info hours.zarr", &[Leads("geopotential", &[6.0, 6.0, 12.0, 12.0, 18.0, 18.0])]),
    ("wb2-prediction-timedelta", "info ns-units.zarr", &[Leads("geopotential", &[6.0, 6.0, 12.0, 12.0, 18.0, 18.0])]),
    ("wb2-prediction-timedelta", "info m8.zarr", &[Leads("geopotential", &[6.0, 6.0, 12.0, 12.0, 18.0, 18.0])]),
    ("wb2-prediction-timedelta", "info v3-hours.zarr", &[Leads("geopotential", &[6.0, 6.0, 12.0, 12.0, 18.0, 18.0])]),
    (
        "wb2-prediction-timedelta",
        "info v3-dtype-attr.zarr",
        &[Leads("geopotential", &[6.0, 6.0, 12.0, 12.0, 18.0, 18.0])],
    ),
    ("wb2-prediction-timedelta", "info hours-no-units.zarr", &[LeadsOrUntimed("geopotential", &[6.0, 12.0, 18.0])]),
    ("wb2-prediction-timedelta", "info ns-no-units.zarr", &[LeadsOrUntimed("geopotential", &[6.0, 12.0, 18.0])]),
    // 10 m/s along x of a Lambert cone whose rows run 21.5° from the parallels there; shown in knots.
    (
        "wind-along-the-grid",
        "probe grid.grib2 --variable u --index 8,11",
        &[Is("/lat", 47.1217), Is("/lon", -62.9682), Is("/display/value", 9.3044 * 3600.0 / 1852.0)],
    ),
    (
        "wind-along-the-grid",
        "probe grid.grib2 --variable v --index 8,11",
        &[Is("/display/value", -3.6644 * 3600.0 / 1852.0)],
    ),
    (
        "wind-along-the-grid",
        "probe grid.grib2 --variable v --index 0,0",
        &[Is("/display/value", 2.7060 * 3600.0 / 1852.0)],
    ),
    (
        "wind-along-the-grid",
        "probe earth.grib2 --variable u --index 8,11",
        &[Is("/value", 10.0), Is("/display/value", 10.0 * 3600.0 / 1852.0)],
    ),
    ("wind-along-the-grid", "probe earth.grib2 --variable v --index 8,11", &[Is("/display/value", 0.0)]),
    ("wind-along-the-grid", "render grid.grib2", &[Frames(1)]),
    (
        "wrf-without-xtime",
        "info wrfout_d01_2021-05-01_noxtime.nc",
        &[Leads("T2", &[6.0, 7.0, 8.5]), Says("2021-05-01T12:00:00Z")],
    ),
    (
        "wrf-without-xtime",
        "info wrfout_d01_2021-05-01_notimes.nc",
        &[Leads("T2", &[6.0, 7.0, 8.5]), Says("2021-05-01T12:00:00Z")],
    ),
    (
        "wrf-without-xtime",
        "probe wrfout_d01_2021-05-01_noxtime.nc --variable T2 --dim Time=2 --index 0,0",
        &[Is("/value", 333.2), Is("/lead", 8.5), Reads("/valid", || json!("2021-05-01T20:30:00Z"))],
    ),
    (
        "wrf-without-xtime",
        "probe wrfout_d01_2021-05-01_notimes.nc --variable T2 --dim Time=2 --index 0,0",
        &[Is("/value", 333.2), Is("/lead", 8.5), Reads("/valid", || json!("2021-05-01T20:30:00Z"))],
    ),
    (
        "wrf-without-xtime",
        "probe wrfout_d01_2021-05-01_neither.nc --variable T2 --dim Time=2 --index 0,0",
        &[Is("/value", 333.2)],
    ),
];

const OF_OTHERS: &[Row] = &[
    // °C although its file does not say so.
    (
        "real",
        "probe uwcw_ha43_dini_testfile_multivar_5x6.nc --variable air-temperature-ml --index 0,0",
        &[Is("/value", -48.1), Is("/display/value", -48.1), Reads("/display/units", || json!("°C"))],
    ),
    (
        "real",
        "probe sstanom.robinsonproj.nc --variable SST --index 122,53",
        &[Is("/value", -1.5), Is("/display/value", -1.5)],
    ),
    ("real", "probe sstanom.robinsonproj.nc --variable SST --index 122,53 (text)", &[Says("anomaly")]),
    (
        "real",
        "probe fvgcm_amr.delp.000240.000.nc --variable H --index 0,0",
        &[Reads("/display/name/en", || json!("Geopotential height")), Is("/display/value", 516.796_872)],
    ),
    (
        "real",
        "probe rita.nc --variable sfc_u --index 3,5",
        &[Is("/lat", 21.7926), Is("/lon", -93.7151), Is("/value", 7.940_62)],
    ),
    ("real", "probe fnoc1.nc --variable u --index 2,3", &[Is("/lat", 45.0), Is("/lon", -52.5)]),
    (
        "real",
        "probe uwcw_ha43_dini_5p5km_air-temperature-pl_geoweb_nc_20240711T02_TEST_10x8.nc --index 0,0",
        &[Is("/lat", 58.8747), Is("/lon", -2.8228), Is("/value", -16.867), Is("/display/value", -16.867)],
    ),
    (
        "real",
        "probe harmonie_wind_grid_30x30.nc --variable x_wind__at_10m --index 0,0",
        &[Is("/lat", 55.7735), Is("/lon", 0.1665), Is("/value", 9.403)],
    ),
    // Its mesh is not there.
    ("real", "info sst.fesom.1948.nc", &[Says("mesh"), Says("sst")]),
    (
        "real",
        "probe seam.nc --variable ps --index 3,5",
        &[Is("/lat", -42.5604), Is("/lon", 23.3253), Is("/value", 101_141.98)],
    ),
    ("real", "render seam.nc", &[Frames(1)]),
    ("real", "info lambert_HS.grb2", &[Says("321.8"), Warns]),
    ("real", "probe regLL_small.grb1 --index 0,0 (text)", &[Says("orography")]),
    ("real", "render regLL_small.grb1", &[SameFrame("render regLL_small.grb1 --region data"), Quiet]),
    // The end of the sum stands in the names.
    ("real", "render ST4.2010010112.24h", &[SameFrame("render ST4.2010010112.24h --region data"), Quiet]),
    ("real", "probe ST4.2010010112.24h --index 128,74 (text)", &[Says("24 h sum"), Says("180"), Quiet]),
    ("real", "render ST2ml2005080712.Grb_G212", &[Quiet]),
    ("real", "probe ST2ml2005080712.Grb_G212 --index 41,140 (text)", &[Says("1 h sum"), Says("25"), Quiet]),
    ("real", "render CMC_caps_HGT_ISBL_0050_ps3km_2018090900_P005.grib2 --model none", &[Says("CAPS"), Lacks("RDPS")]),
    ("real", "render gfswave_arctic_wind_drt40.grib2", &[Frames(1), Lacks("no values")]),
    ("real", "probe mrms_carib_refl_drt41.grib2 --index 0,0", &[Reads("/value", || Value::Null)]),
    (
        "real",
        "probe mrms_carib_refl_drt41.grib2 --index 215,912",
        &[Is("/value", 50.0), Reads("/display/units", || json!("dBZ")), Says("reflectivity")],
    ),
    ("real", "render GFS20131226164503639.grb", &[Frames(1), Quiet]),
    ("real", "render uas_test.nc", &[Frames(1)]),
];

#[test]
fn every_reported_case_is_as_it_should_be() {
    run_all(MADE);
}

#[test]
fn every_file_of_others_is_as_it_should_be() {
    run_all(OF_OTHERS);
}

/// Runs all rows and reports all failures together.
fn run_all(rows: &[Row]) {
    let Some(cases) = cases() else { return };
    let mut failed = Vec::new();
    for (number, (case, command, wants)) in rows.iter().enumerate() {
        let run = Run::new(&cases.join(case), command, &format!("{case}-{number}"));
        let wrong = wants.iter().filter_map(|want| run.fault(want)).collect::<Vec<_>>();
        failed.extend(wrong.into_iter().map(|fault| format!("{case}: {command}\n    {fault}")));
    }
    assert!(failed.is_empty(), "{} expectations failed:\n{}", failed.len(), failed.join("\n"));
}

/// The folder of cases; `None` if the checkout has none beside it. Fails if the folder is empty, or if it and the rows
/// do not match.
fn cases() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let cases = std::env::var_os("MILLIBAR_SHARED").map_or(beside, PathBuf::from).join("cases");
    if !cases.exists() {
        println!("no cases beside the checkout: nothing compared");
        return None;
    }
    let folders = |path: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let there: BTreeSet<String> = folders(&cases).into_iter().filter(|name| cases.join(name).is_dir()).collect();
    let known = MADE.iter().chain(OF_OTHERS).map(|(case, ..)| (*case).to_owned()).collect();
    assert!(!there.is_empty(), "{} is empty: fetch the cases or remove the folder", cases.display());
    assert_eq!(there, known, "a row for each folder of {}, and a folder for each row", cases.display());
    let untold = folders(&cases.join("real")).into_iter().filter(|file| {
        let is_data = !file.ends_with(".md");
        is_data && !OF_OTHERS.iter().any(|(_, command, _)| command.contains(file.as_str()))
    });
    assert_eq!(untold.collect::<Vec<_>>(), Vec::<String>::new(), "a row for each file of {}/real", cases.display());
    Some(cases)
}

/// A command that was run.
struct Run {
    folder: PathBuf,
    output: Output,
    /// Of `info` and `probe`; `null` where it printed none.
    report: Value,
    /// Files that were given.
    files: Vec<String>,
    picture: PathBuf,
}

impl Run {
    /// Runs `command` in `folder`, with `--json` unless it ends with `(text)`, and with `--out` for frames.
    fn new(folder: &Path, command: &str, name: &str) -> Self {
        let (command, for_people) = command.strip_suffix(" (text)").map_or((command, false), |command| (command, true));
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        let picture = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("case-{name}"));
        let _ = fs::remove_dir_all(&picture);
        let _ = fs::remove_file(&picture);
        let path = picture.display().to_string();
        if arguments[0] == "render" {
            arguments.extend(["--size", "480x300", "--out", &path]);
        }
        if arguments[0] != "records" && !for_people {
            arguments.push("--json");
        }
        let output = millibar(folder, &arguments).stdin(Stdio::null()).output().expect("millibar starts");
        let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let files = arguments.iter().skip(1).take_while(|word| !word.starts_with("--"));
        Self {
            folder: folder.to_owned(),
            files: files.map(|file| (*file).to_owned()).collect(),
            output,
            report,
            picture,
        }
    }

    /// A description of what is wrong; `None` if the expectation holds.
    fn fault(&self, want: &Want) -> Option<String> {
        let said = self.said();
        let lower = said.to_lowercase();
        match want {
            Says(words) => (!lower.contains(&words.to_lowercase())).then(|| format!("«{words}» is not in: {said}")),
            SaysOne(choice) => {
                let found = choice.iter().any(|words| lower.contains(&words.to_lowercase()));
                (!found).then(|| format!("none of {choice:?} is in: {said}"))
            }
            IsOrSays(pointer, wanted, words) => {
                self.fault(&Says(words)).and_then(|_| self.fault(&Is(pointer, *wanted)))
            }
            Lacks(words) => lower.contains(&words.to_lowercase()).then(|| format!("«{words}» is in: {said}")),
            Warns => (!self.warns()).then(|| format!("no notice in: {said}")),
            Quiet => self.warns().then(|| format!("a notice in: {said}")),
            Is(pointer, wanted) => {
                let found = self.report.pointer(pointer).and_then(Value::as_f64);
                let near = |found: f64| (found - wanted).abs() <= (wanted.abs() * 1e-5).max(0.01);
                (!found.is_some_and(near)).then(|| format!("{pointer} is {found:?}, not {wanted}: {said}"))
            }
            Reads(pointer, wanted) => {
                let (found, wanted) = (self.report.pointer(pointer), wanted());
                (found != Some(&wanted)).then(|| format!("{pointer} is {found:?}, not {wanted}: {said}"))
            }
            Leads(variable, wanted) => {
                let mut found: Vec<f64> =
                    self.steps(variable).iter().filter_map(|step| step["lead"].as_f64()).collect();
                found.sort_by(f64::total_cmp);
                (found != *wanted).then(|| format!("lead times of {variable}: {found:?}, not {wanted:?}"))
            }
            Valid(variable, wanted) => {
                let steps = self.steps(variable);
                let mut found: Vec<&str> = steps.iter().filter_map(|step| step["valid"].as_str()).collect();
                found.sort_unstable();
                (found != *wanted).then(|| format!("valid times of {variable}: {found:?}, not {wanted:?}"))
            }
            LeadsOrUntimed(variable, wanted) => {
                let steps = self.steps(variable);
                let right = |step: &Value| match step["lead"].as_f64() {
                    Some(lead) => wanted.contains(&lead),
                    None => step["valid"].is_null(),
                };
                (steps.is_empty() || !steps.iter().all(right)).then(|| format!("steps of {variable}: {steps:?}"))
            }
            Holds(wanted) => {
                let found = self.first_values();
                let lost = |wanted: &&f64| !found.iter().any(|found| (found - **wanted).abs() < 0.01);
                let lost: Vec<f64> = wanted.iter().filter(lost).copied().collect();
                (!lost.is_empty()).then(|| format!("no field with {lost:?} among {found:?}"))
            }
            Frames(wanted) => {
                let found = self.report["frames"].as_u64();
                (found != Some(*wanted as u64)).then(|| format!("{found:?} frames, not {wanted}: {said}"))
            }
            SameFrame(command) => {
                let (ours, theirs) = (pixels(&self.picture), self.beside(command));
                (ours.is_none() || ours != theirs).then(|| format!("not the frame of {command}: {said}"))
            }
            LikeFrame(command) => {
                let (ours, theirs) =
                    (pixels(&self.picture).unwrap_or_default(), self.beside(command).unwrap_or_default());
                let same = ours.iter().zip(&theirs).filter(|(a, b)| a == b).count();
                let wanted = ours.len().max(theirs.len()) * 95 / 100;
                (ours.is_empty() || same < wanted).then(|| format!("{same} of {} bytes equal", ours.len()))
            }
        }
    }

    /// Results and notices, as printed.
    fn said(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&self.output.stdout) + &text(&self.output.stderr)
    }

    /// A notice on standard error, or in the report of `info`.
    fn warns(&self) -> bool {
        let files = self.report["files"].as_array();
        let told = files.is_some_and(|files| files.iter().any(|file| !file["message"].is_null() && file.is_object()));
        told || !self.output.stderr.is_empty()
    }

    /// All steps of a variable in the report of `info`.
    fn steps(&self, variable: &str) -> Vec<Value> {
        let variables = self.report["variables"].as_array().into_iter().flatten();
        let named = variables.filter(|found| found["id"] == variable);
        named.flat_map(|found| found["steps"].as_array().cloned().unwrap_or_default()).collect()
    }

    /// The value at the first point of every field that the list of `info` can select.
    fn first_values(&self) -> Vec<f64> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![Value::Null]);
        // Layers are asked for by both bounds, intervals by their length.
        let levels = |axis: &Value| {
            let to = |at: usize| axis["to"].get(at).filter(|to| !to.is_null());
            let level = |(at, from): (usize, Value)| to(at).map_or(from.clone(), |to| json!([from, to]));
            list(&axis["values"]).into_iter().enumerate().map(level).collect::<Vec<_>>()
        };
        let mut requests = String::new();
        for variable in self.report["variables"].as_array().into_iter().flatten() {
            for level in levels(&variable["levels"]) {
                for step in list(&variable["steps"]) {
                    for member in list(&variable["members"]) {
                        let mut request = step.clone();
                        if let Some(hours) = step["interval"].as_f64() {
                            request["interval"] = json!(format!("{hours}h"));
                        }
                        request["variable"] = variable["id"].clone();
                        request["level"] = level.clone();
                        request["member"] = member;
                        request["index"] = json!([0, 0]);
                        requests += &format!("{request}\n");
                    }
                }
            }
        }
        let mut arguments = vec!["probe", "--batch"];
        arguments.extend(self.files.iter().map(String::as_str));
        let mut child = millibar(&self.folder, &arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("millibar starts");
        let mut input = child.stdin.take().expect("a pipe");
        let writer = std::thread::spawn(move || input.write_all(requests.as_bytes()));
        let output = child.wait_with_output().expect("ended");
        writer.join().expect("no panic").expect("written");
        let answers = String::from_utf8_lossy(&output.stdout).into_owned();
        let answers = answers.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        answers.filter_map(|answer| answer["value"].as_f64()).collect()
    }

    /// The pixels of another command in the same folder.
    fn beside(&self, command: &str) -> Option<Vec<u8>> {
        let name = self.picture.file_name().expect("a name").to_string_lossy().into_owned() + "-other";
        pixels(&Self::new(&self.folder, command, &name).picture)
    }
}

fn millibar(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_millibar"));
    // No display, and English whatever the machine speaks.
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("LC_ALL", "C.UTF-8");
    command.current_dir(folder).args(arguments);
    command
}

/// Red, green and blue of every pixel; `None` where there is no picture.
fn pixels(path: &Path) -> Option<Vec<u8>> {
    let file = std::io::BufReader::new(fs::File::open(path).ok()?);
    let mut reader = png::Decoder::new(file).read_info().ok()?;
    let mut bytes = vec![0; reader.output_buffer_size()?];
    reader.next_frame(&mut bytes).ok()?;
    Some(bytes)
}
