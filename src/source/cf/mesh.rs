//! Fields on the nodes, edges or faces of a mesh, as the UGRID conventions describe it (version 1.0).

use std::borrow::Cow;

use super::attribute::Declared;
use super::declarations::Declarations;
use super::listed;
use super::roles::Role;

/// Where the points of a field on a mesh lie: numbers of variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Placed {
    /// Which of the field's dimensions counts the nodes, edges or faces.
    pub x: usize,
    pub lat: usize,
    pub lon: usize,
    /// `face_node_connectivity`, where the field stands on the nodes.
    pub faces: Option<usize>,
}

/// By the attributes `mesh` and `location`; `None` where the variable is on no mesh, or the mesh does not say where the
/// points of that location lie.
pub fn place(all: &Declarations<'_>, variable: &Declared) -> Option<Placed> {
    let location = variable.text("location");
    let mesh = all.get(all.find(variable.text("mesh"), variable.group())?)?;
    if !["node", "edge", "face"].contains(&location) {
        return None;
    }
    let named: Vec<usize> = mesh
        .text(&format!("{location}_coordinates"))
        .split_whitespace()
        .filter_map(|name| all.find(name, mesh.group()))
        .collect();
    let of_role = |role: Role| named.iter().copied().find(|&n| all.role(n) == Some(role));
    let (lat, lon) = (of_role(Role::Latitude)?, of_role(Role::Longitude)?);
    let [points] = all.get(lat)?.dims.as_slice() else { return None };
    let x = variable.dims.iter().position(|dim| dim == points)?;
    let faces = all.find(mesh.text("face_node_connectivity"), mesh.group()).filter(|_| location == "node");
    Some(Placed { x, lat, lon, faces })
}

/// The variable that joins the points of these latitudes to faces: MPAS's by its name, UGRID's by the mesh whose nodes they
/// are, FESOM's `elements` by its name.
pub fn faces_between(all: &Declarations<'_>, lat: &Declared) -> Option<usize> {
    let by_mesh = || {
        all.variables.iter().find_map(|mesh| {
            let mut nodes = mesh.text("node_coordinates").split_whitespace();
            let faces = nodes.any(|name| name == lat.name()).then(|| mesh.text("face_node_connectivity"))?;
            all.find(faces, mesh.group())
        })
    };
    let of_fesom = || {
        let nodes = lat.dims.first().is_some_and(|dim| ["nod2", "nod_n"].contains(&dim.name.as_str()));
        ["elements", "elem", "face_nodes"].iter().filter(|_| nodes).find_map(|name| {
            all.find(name, lat.group()).filter(|&n| all.get(n).is_some_and(|faces| faces.dims.len() == 2))
        })
    };
    listed::triangles_of(lat).and_then(|name| all.find(name, lat.group())).or_else(by_mesh).or_else(of_fesom)
}

/// The faces of a mesh in triangles: a face of more corners is cut from its first one. `None` where they cannot be read, or
/// name points that are not there.
pub fn triangles(all: &Declarations<'_>, faces: usize, points: usize) -> Option<Vec<[u32; 3]>> {
    let declared = all.get(faces)?;
    let [rows, columns] = declared.dims.as_slice() else { return None };
    // FESOM writes all first corners, then all second ones.
    let turned = rows.size == 3 && columns.size > 4;
    let corners = if turned { rows } else { columns };
    // Zero where the attribute is silent, but that MPAS counts from one. What marks the end of a shorter face reads as
    // missing, or lies before the first.
    let silent = if declared.name() == listed::CELLS_ON_VERTEX { 1.0 } else { 0.0 };
    let said = declared.attribute("start_index").and_then(|value| value.numbers().first().copied());
    let (is_silent, first) = (said.is_none(), said.unwrap_or(silent));
    let numbers = all.numbers(faces, 2)?;
    let numbers: Cow<'_, [f64]> = if turned { by_face(&numbers, rows.size).into() } else { numbers.as_slice().into() };
    // Where nothing is said, the number of the last point tells from where on they are counted.
    let last = numbers.iter().fold(0.0, |most: f64, &number| most.max(number));
    let first = if is_silent && last == points as f64 { 1.0 } else { first };
    let mut triangles = Vec::new();
    for face in numbers.chunks_exact(corners.size.max(1)) {
        let known = face.iter().map(|number| number - first).take_while(|number| *number >= 0.0);
        let face: Vec<u32> = known.map(|number| number as u32).collect();
        if face.iter().any(|&number| number as usize >= points) {
            return None;
        }
        if let [hub, rest @ ..] = face.as_slice() {
            triangles.extend(rest.windows(2).map(|pair| [*hub, pair[0], pair[1]]));
        }
    }
    (!triangles.is_empty()).then_some(triangles)
}

/// The corners of each face together, from rows of all first corners, all second ones, and so on.
fn by_face(numbers: &[f64], corners: usize) -> Vec<f64> {
    let faces = numbers.len() / corners.max(1);
    (0..faces * corners).filter_map(|n| numbers.get(n % corners * faces + n / corners).copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::attribute::{Attribute, Dimension, Element, Number};
    use super::super::declarations::Values;
    use super::super::horizontal::Grids;
    use super::*;
    use crate::grid::Geometry;

    struct Numbers(HashMap<usize, Vec<f64>>);

    impl Values for Numbers {
        fn numbers(&self, variable: usize, _: usize) -> Option<Vec<f64>> {
            self.0.get(&variable).cloned()
        }
        fn texts(&self, _: usize) -> Option<Vec<String>> {
            None
        }
    }

    fn declared(path: &str, dims: &[(&str, usize)], attributes: &[(&str, &str)]) -> Declared {
        let dims = dims.iter().map(|(name, size)| Dimension { name: (*name).into(), size: *size }).collect();
        let text = |(name, text): &(&str, &str)| ((*name).to_owned(), Attribute::Text((*text).to_owned()));
        let attributes = attributes.iter().map(text).collect();
        Declared { path: path.into(), element: Element::Number(Number::F64), dims, attributes }
    }

    /// Two triangles and a square on seven nodes, as UGRID 1.0 writes them: a shorter face ends with what is missing.
    fn mesh(faces: Vec<f64>) -> (Vec<Declared>, Numbers) {
        let mesh = [
            ("cf_role", "mesh_topology"),
            ("node_coordinates", "node_x node_y"),
            ("face_coordinates", "face_x face_y"),
            ("face_node_connectivity", "corners"),
        ];
        let lon = [("units", "degrees_east"), ("standard_name", "longitude")];
        let lat = [("units", "degrees_north"), ("standard_name", "latitude")];
        let mut all = vec![
            declared("mesh", &[], &mesh),
            declared("node_x", &[("nodes", 7)], &lon),
            declared("node_y", &[("nodes", 7)], &lat),
            declared("face_x", &[("faces", 3)], &lon),
            declared("face_y", &[("faces", 3)], &lat),
            declared("corners", &[("faces", 3), ("four", 4)], &[]),
            declared("depth", &[("nodes", 7)], &[("mesh", "mesh"), ("location", "node")]),
            declared("rain", &[("time", 2), ("faces", 3)], &[("mesh", "mesh"), ("location", "face")]),
        ];
        all[5].attributes.push(("start_index".into(), Attribute::Integers(vec![1])));
        let values = [
            (1, vec![0.0, 2.0, 4.0, 0.0, 2.0, 4.0, 9.0]),
            (2, vec![0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 9.0]),
            (3, vec![1.0, 3.0, 3.5]),
            (4, vec![1.0, 0.5, 1.5]),
            (5, faces),
        ];
        (all, Numbers(values.into()))
    }

    const FACES: [f64; 12] = [1.0, 2.0, 5.0, 4.0, 2.0, 3.0, 5.0, f64::NAN, 3.0, 6.0, 5.0, f64::NAN];

    #[test]
    fn a_field_on_the_nodes_is_drawn_in_the_faces_of_the_mesh() {
        let (declared, values) = mesh(FACES.to_vec());
        let all = Declarations::new(&declared, &values);
        let placed = Grids::default().place(&all, 6).expect("on the mesh");
        assert_eq!((placed.grid.ny, placed.grid.nx, placed.x), (1, 7, 0));
        let at = |lon: f64, lat: f64| Some(placed.grid.around(lon, lat)?.mean(|_, node| Some(node as f64)));
        // In the plane of the first square the value is that of a straight field; the sphere bends it a little.
        assert!((at(1.0, 1.0).expect("in the square") - 2.0).abs() < 0.01);
        assert!((at(3.8, 1.6).expect("in the third face") - 4.3).abs() < 0.02);
        assert_eq!(at(6.0, 5.0), None, "no face leads to the seventh node");
    }

    #[test]
    fn a_field_on_the_faces_stands_at_their_middles() {
        let (declared, values) = mesh(FACES.to_vec());
        let all = Declarations::new(&declared, &values);
        let placed = Grids::default().place(&all, 7).expect("on the mesh");
        assert_eq!((placed.grid.nx, placed.y, placed.x), (3, None, 1));
        assert_eq!(placed.grid.position(0, 2), Some((3.5, 1.5)));
    }

    #[test]
    fn faces_that_name_no_node_are_not_used() {
        let (declared, values) = mesh(vec![99.0; 12]);
        let all = Declarations::new(&declared, &values);
        assert_eq!(triangles(&all, 5, 7), None);
        let placed = Grids::default().place(&all, 6).expect("its nodes have places");
        assert!(matches!(placed.grid.geometry, Geometry::Points(_)));
        assert!(placed.grid.around(1.0, 1.0).is_some(), "the nodes are joined to triangles");
    }

    #[test]
    fn the_sides_of_a_cube_are_one_row_of_points_and_other_planes_have_no_place() {
        let placed = |sides: usize| {
            let side = [("sides", sides), ("y", 2), ("x", 2)];
            let declared = [
                declared("lons", &side, &[("units", "degrees_east")]),
                declared("lats", &side, &[("units", "degrees_north")]),
                declared("t", &side, &[("coordinates", "lons lats")]),
            ];
            let values = |first: f64| (0..4 * sides).map(|n| first + n as f64).collect::<Vec<f64>>();
            let values = Numbers([(0, values(0.0)), (1, values(-10.0))].into());
            let all = Declarations::new(&declared, &values);
            Grids::default().place(&all, 2).expect("rows and columns")
        };
        let cube = placed(6);
        assert_eq!((cube.grid.ny, cube.grid.nx, cube.sides), (1, 24, Some((0, 6))));
        assert_eq!(cube.grid.position(0, 23), Some((23.0, 13.0)), "the last point of the last side");
        assert_eq!(placed(5).grid.geometry, Geometry::Unplaced);
    }
}
