//! Latitudes and longitudes that models list by well-known names, without saying by attributes what they are.

use super::attribute::{Declared, Dimension};
use super::declarations::Values;
use super::roles::{Role, role};

/// How a model calls the positions of its points.
struct Names {
    lat: &'static str,
    lon: &'static str,
    /// The numbers are radians unless their unit says otherwise.
    radians: bool,
    /// Triples of them that make the triangles between the points.
    triangles: Option<&'static str>,
}

/// MPAS: the three cells around each corner, counted from one, zero for none.
pub const CELLS_ON_VERTEX: &str = "cellsOnVertex";

/// Names in small letters. ICON: centres of cells, vertices, edges (its grid files call them `grid_latitude`). MPAS: the
/// mesh specification, in radians always. SCRIP: the remapping package's grid files. FV3 and GFDL's models, NEMO's mesh
/// files, POP and CICE: planes.
const KNOWN: &[Names] = &[
    Names { lat: "clat", lon: "clon", radians: true, triangles: None },
    Names { lat: "vlat", lon: "vlon", radians: true, triangles: None },
    Names { lat: "elat", lon: "elon", radians: true, triangles: None },
    Names { lat: "latcell", lon: "loncell", radians: true, triangles: Some(CELLS_ON_VERTEX) },
    Names { lat: "latvertex", lon: "lonvertex", radians: true, triangles: None },
    Names { lat: "latedge", lon: "lonedge", radians: true, triangles: None },
    Names { lat: "grid_center_lat", lon: "grid_center_lon", radians: false, triangles: None },
    Names { lat: "face_lat", lon: "face_lon", radians: false, triangles: None },
    Names { lat: "node_lat", lon: "node_lon", radians: false, triangles: None },
    Names { lat: "grid_latt", lon: "grid_lont", radians: false, triangles: None },
    Names { lat: "geolat", lon: "geolon", radians: false, triangles: None },
    Names { lat: "geolat_t", lon: "geolon_t", radians: false, triangles: None },
    Names { lat: "geolat_c", lon: "geolon_c", radians: false, triangles: None },
    Names { lat: "geolat_u", lon: "geolon_u", radians: false, triangles: None },
    Names { lat: "geolat_v", lon: "geolon_v", radians: false, triangles: None },
    Names { lat: "gphit", lon: "glamt", radians: false, triangles: None },
    Names { lat: "gphiu", lon: "glamu", radians: false, triangles: None },
    Names { lat: "gphiv", lon: "glamv", radians: false, triangles: None },
    Names { lat: "gphif", lon: "glamf", radians: false, triangles: None },
    Names { lat: "tlat", lon: "tlong", radians: false, triangles: None },
    Names { lat: "ulat", lon: "ulong", radians: false, triangles: None },
];

fn known(name: &str) -> Option<&'static Names> {
    let name = name.to_ascii_lowercase();
    KNOWN.iter().find(|names| names.lat == name || names.lon == name)
}

/// The role of a variable with such a name, if its unit is one of angles.
pub fn role_of(declared: &Declared) -> Option<Role> {
    let units = declared.text("units").to_ascii_lowercase();
    let angle = units.is_empty() || ["deg", "rad"].iter().any(|start| units.starts_with(start));
    let names = known(declared.name()).filter(|_| angle)?;
    Some(if names.lat.eq_ignore_ascii_case(declared.name()) { Role::Latitude } else { Role::Longitude })
}

/// Whether the numbers of a coordinate are radians.
pub fn in_radians(declared: &Declared) -> bool {
    let units = declared.text("units").to_ascii_lowercase();
    units.starts_with("rad") || (units.is_empty() && known(declared.name()).is_some_and(|names| names.radians))
}

/// Whether two variables are the latitude and the longitude of one kind of points.
pub fn belong_together(lat: &Declared, lon: &Declared) -> bool {
    known(lat.name())
        .is_some_and(|names| names.lat.eq_ignore_ascii_case(lat.name()) && names.lon.eq_ignore_ascii_case(lon.name()))
}

/// The same by any names: `XLAT_M` and `XLONG_M`, `lat_u` and `lon_u`, `grid_center_lat` and `grid_center_lon`.
pub fn are_pair(lat: &Declared, lon: &Declared) -> bool {
    let (of_lat, of_lon) = (lat.name().to_ascii_lowercase(), lon.name().to_ascii_lowercase());
    let turned = [("latitude", "longitude"), ("lat", "lon"), ("lat", "long")];
    belong_together(lat, lon) || turned.iter().any(|(lat, lon)| of_lat.replacen(lat, lon, 1) == of_lon)
}

/// Dimensions that models and learned forecasts count the points of a grid by; observations stand along others.
const OF_POINTS: &[&str] = &[
    "ncol",
    "ncols",
    "cell",
    "cells",
    "ncell",
    "ncells",
    "values",
    "point",
    "points",
    "node",
    "nodes",
    "nod2",
    "nod_n",
    "grid_size",
];

/// Whether a dimension counts the points of a grid, whose latitudes and longitudes stand along it.
pub fn counts_points(dim: &Dimension) -> bool {
    let name = dim.name.to_ascii_lowercase();
    OF_POINTS.contains(&name.as_str())
}

/// Whether a dimension counts the cells or nodes of a model by its own name for them: they lie close together. Points and
/// values may be anything's.
pub fn counts_cells(dim: &Dimension) -> bool {
    counts_points(dim) && !["values", "point", "points"].contains(&dim.name.to_ascii_lowercase().as_str())
}

/// Whether coordinates count rows or columns, from zero or one on: positions by nobody's grid.
pub fn is_counted(values: &[f64]) -> bool {
    let from = |first: f64| (0_u32..).zip(values).all(|(n, &value)| value == first + f64::from(n));
    values.len() > 2 && (from(0.0) || from(1.0))
}

/// The variable that joins points to triangles, by its name.
pub fn triangles_of(lat: &Declared) -> Option<&'static str> {
    known(lat.name())?.triangles
}

/// Latitudes and longitudes along one dimension that no other dimension's grid is made of.
pub struct Pair {
    lat: usize,
    lon: usize,
    pub count: usize,
}

/// All lists of positions among some variables; those by well-known names first.
pub fn pairs(variables: &[Declared]) -> Vec<Pair> {
    let of_role = |wanted: Role| {
        let lists = variables.iter().enumerate().filter(|(_, variable)| variable.dims.len() == 1);
        lists.filter(move |(_, variable)| role(variable) == Some(wanted))
    };
    let mut found = Vec::new();
    for (lat, by_row) in of_role(Role::Latitude) {
        for (lon, by_column) in of_role(Role::Longitude).filter(|(_, other)| other.dims == by_row.dims) {
            let count = by_row.count().unwrap_or(0);
            found.push((!belong_together(by_row, by_column), Pair { lat, lon, count }));
        }
    }
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, pair)| pair).collect()
}

impl Pair {
    /// Latitudes and longitudes in degrees.
    pub fn read(&self, variables: &[Declared], values: &dyn Values) -> Option<(Vec<f64>, Vec<f64>)> {
        let read = |number: usize| {
            let radians = in_radians(variables.get(number)?);
            let values = values.numbers(number, 1)?;
            Some(values.into_iter().map(|value| if radians { value.to_degrees() } else { value }).collect())
        };
        read(self.lat).zip(read(self.lon))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::attribute::{Attribute, Element, Number};
    use super::super::declarations::Declarations;
    use super::super::horizontal::Grids;
    use super::*;
    use crate::grid::{Geometry, Grid};

    struct Numbers(HashMap<usize, Vec<f64>>);

    impl Values for Numbers {
        fn numbers(&self, variable: usize, _: usize) -> Option<Vec<f64>> {
            self.0.get(&variable).cloned()
        }
        fn texts(&self, _: usize) -> Option<Vec<String>> {
            None
        }
    }

    fn declared(path: &str, dims: &[(&str, usize)], units: &str, standard_name: &str) -> Declared {
        let dims = dims.iter().map(|(name, size)| Dimension { name: (*name).into(), size: *size }).collect();
        let text = |(name, text): (&str, &str)| (name.to_owned(), Attribute::Text(text.to_owned()));
        let attributes = [("units", units), ("standard_name", standard_name)];
        let attributes = attributes.into_iter().filter(|(_, value)| !value.is_empty()).map(text).collect();
        Declared { path: path.into(), element: Element::Number(Number::F64), dims, attributes }
    }

    /// The grid of the last variable.
    fn grid(declared: &[Declared], values: &[(usize, Vec<f64>)]) -> std::sync::Arc<Grid> {
        let values = Numbers(values.iter().cloned().collect());
        let all = Declarations::new(declared, &values);
        Grids::default().place(&all, declared.len() - 1).expect("a grid").grid
    }

    #[test]
    fn mpas_cells_are_counted_in_radians_and_joined_around_their_corners() {
        let cells = [("nCells", 4)];
        let all = [
            declared("latCell", &cells, "", ""),
            declared("lonCell", &cells, "rad", ""),
            declared("cellsOnVertex", &[("nVertices", 3), ("vertexDegree", 3)], "", ""),
            declared("theta", &[("Time", 1), ("nCells", 4), ("nVertLevels", 2)], "K", ""),
        ];
        let degrees = |values: [f64; 4]| values.map(f64::to_radians).to_vec();
        // The third corner lies at the edge of the domain: one of its cells is not there.
        let corners = vec![1.0, 2.0, 3.0, 2.0, 4.0, 3.0, 3.0, 4.0, 0.0];
        let values = [(0, degrees([0.0, 0.0, 10.0, 10.0])), (1, degrees([0.0, 10.0, 0.0, 10.0])), (2, corners)];
        let grid = grid(&all, &values);
        let (lon, lat) = grid.position(0, 3).expect("it has places");
        assert!((lon - 10.0).abs() < 1e-9 && (lat - 10.0).abs() < 1e-9);
        let mean = grid.around(2.0, 2.0).expect("in the first triangle").mean(|_, cell| Some(cell as f64));
        assert!((mean - 0.6).abs() < 0.01, "0.6 0, 0.2 1, 0.2 2");
        assert!(grid.around(5.0, 10.2).is_none(), "no triangle without a third cell");
    }

    #[test]
    fn an_icon_grid_file_says_grid_latitude_of_true_latitudes() {
        let cells = [("cell", 6)];
        let all = [
            declared("clat", &cells, "radian", "grid_latitude"),
            declared("clon", &cells, "radian", "grid_longitude"),
            declared("vlat", &[("vertex", 5)], "radian", "grid_latitude"),
            declared("vlon", &[("vertex", 5)], "radian", "grid_longitude"),
        ];
        let found: Vec<_> = pairs(&all).iter().map(|pair| (pair.lat, pair.lon, pair.count)).collect();
        assert_eq!(found, [(0, 1, 6), (2, 3, 5)]);
    }

    #[test]
    fn the_planes_of_a_cubed_sphere_tile_hold_before_its_counted_axes() {
        let (y, x) = (("grid_yt", 2), ("grid_xt", 2));
        let all = [
            declared("grid_xt", &[x], "degrees_E", ""),
            declared("grid_yt", &[y], "degrees_N", ""),
            declared("grid_latt", &[y, x], "", ""),
            declared("grid_lont", &[y, x], "", ""),
            declared("temp", &[y, x], "K", ""),
        ];
        let counted = vec![1.0, 2.0];
        let (lat, lon) = (vec![30.0, 31.0, 40.0, 42.0], vec![305.0, 315.0, 306.0, 314.0]);
        let grid = grid(&all, &[(0, counted.clone()), (1, counted), (2, lat), (3, lon)]);
        assert!(matches!(grid.geometry, Geometry::Curvilinear(_)));
        assert_eq!(grid.position(1, 0), Some((-54.0, 40.0)));
    }

    #[test]
    fn planes_hold_before_rows_and_columns_that_are_only_counted() {
        let (y, x) = (("grid_yt", 3), ("grid_xt", 3));
        let all = [
            declared("grid_xt", &[x], "degrees_E", ""),
            declared("grid_yt", &[y], "degrees_N", ""),
            declared("lat", &[y, x], "degrees_north", ""),
            declared("lon", &[y, x], "degrees_east", ""),
            declared("temp", &[y, x], "K", ""),
        ];
        let counted = vec![1.0, 2.0, 3.0];
        let lat = (0..9).map(|n| 50.0 + f64::from(n / 3) + 0.1 * f64::from(n % 3)).collect();
        let lon = (0..9).map(|n| -110.0 + f64::from(n % 3)).collect();
        let placed = grid(&all, &[(0, counted.clone()), (1, counted), (2, lat), (3, lon)]);
        assert_eq!(placed.position(1, 0), Some((-110.0, 51.0)));
        assert!(is_counted(&[0.0, 1.0, 2.0]) && !is_counted(&[1.0, 2.0, 4.0]) && !is_counted(&[1.0, 2.0]));
    }

    #[test]
    fn points_along_a_models_own_dimension_need_no_attribute_and_observations_are_no_grid() {
        let of = |dim: &'static str| {
            let points = [(dim, 4)];
            [
                declared("latitude", &points, "degrees_north", ""),
                declared("longitude", &points, "degrees_east", ""),
                declared("t_500", &[("time", 2), (dim, 4)], "K", ""),
            ]
        };
        let values = Numbers([(0, vec![0.0, 0.0, 9.0, 9.0]), (1, vec![0.0, 9.0, 0.0, 9.0])].into());
        let placed = |dim: &'static str| {
            let declared = of(dim);
            let all = Declarations::new(&declared, &values);
            Grids::default().place(&all, 2).is_some()
        };
        assert!(placed("values") && placed("ncol"));
        assert!(!placed("obs") && !placed("trajectory"));
    }
}
