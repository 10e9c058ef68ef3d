//! Fields on the nodes, edges or faces of a mesh, as the UGRID conventions describe it (version 1.0).

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

/// The faces of a mesh in triangles: a face of more corners is cut from its first one. `None` where they cannot be read, or
/// name points that are not there.
pub fn triangles(all: &Declarations<'_>, faces: usize, points: usize) -> Option<Vec<[u32; 3]>> {
    let declared = all.get(faces)?;
    let [_, corners] = declared.dims.as_slice() else { return None };
    // Zero where the attribute is silent, but that MPAS counts from one. What marks the end of a shorter face reads as
    // missing, or lies before the first.
    let silent = if declared.name() == listed::CELLS_ON_VERTEX { 1.0 } else { 0.0 };
    let first = declared.attribute("start_index").and_then(|value| value.numbers().first().copied()).unwrap_or(silent);
    let numbers = all.numbers(faces, 2)?;
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
    fn positions_that_differ_from_side_to_side_of_a_cube_are_not_those_of_the_first_side() {
        let side = [("sides", 6), ("y", 2), ("x", 2)];
        let declared = [
            declared("lons", &side, &[("units", "degrees_east")]),
            declared("lats", &side, &[("units", "degrees_north")]),
            declared("t", &side, &[("coordinates", "lons lats")]),
        ];
        let corner = vec![0.0, 1.0, 0.0, 1.0];
        let values = Numbers([(0, corner.clone()), (1, corner)].into());
        let all = Declarations::new(&declared, &values);
        let placed = Grids::default().place(&all, 2).expect("rows and columns");
        assert_eq!(placed.grid.geometry, Geometry::Unplaced);
    }
}
