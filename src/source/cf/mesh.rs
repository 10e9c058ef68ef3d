//! Fields on the nodes, edges or faces of a mesh, as the UGRID conventions describe it (version 1.0).

use std::borrow::Cow;

use super::attribute::{Attribute, Declared, Dimension};
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
    /// The nodes of each face or edge, where the field stands at the middles of these and `lat` and `lon` are of nodes.
    pub middles: Option<usize>,
}

const LOCATIONS: [&str; 3] = ["node", "edge", "face"];

/// By the attributes `mesh` and `location`; `None` where the variable is on no mesh, or the mesh does not say where the
/// points of that location lie.
pub fn place(all: &Declarations<'_>, variable: &Declared) -> Option<Placed> {
    let location = variable.text("location");
    let mesh = all.get(all.find(variable.text("mesh"), variable.group())?)?;
    if LOCATIONS.contains(&location) { place_at(all, variable, mesh, location) } else { None }
}

/// By the dimension alone, for fields that name no mesh: that of the nodes, edges or faces of the file's mesh.
pub fn place_by_dimension(all: &Declarations<'_>, variable: &Declared) -> Option<Placed> {
    let meshes = all.variables.iter().filter(|mesh| mesh.text("cf_role") == "mesh_topology");
    let says = |(name, value): &(String, Attribute)| {
        name.ends_with("_connectivity") && value.text().is_some_and(|named| named.trim() == variable.name())
    };
    // Numbers of nodes are no field.
    let joins = meshes.clone().any(|mesh| mesh.attributes.iter().any(says));
    if joins || variable.text("cf_role").ends_with("_connectivity") {
        return None;
    }
    let mut places = meshes.flat_map(|mesh| LOCATIONS.map(|location| (mesh, location)));
    places.find_map(|(mesh, location)| place_at(all, variable, mesh, location))
}

fn place_at(all: &Declarations<'_>, variable: &Declared, mesh: &Declared, location: &str) -> Option<Placed> {
    let coordinates = |location: &str| {
        let named: Vec<usize> = mesh
            .text(&format!("{location}_coordinates"))
            .split_whitespace()
            .filter_map(|name| all.find(name, mesh.group()))
            .collect();
        let of_role = |role: Role| named.iter().copied().find(|&n| all.role(n) == Some(role));
        of_role(Role::Latitude).zip(of_role(Role::Longitude))
    };
    let joins = |location: &str| all.find(mesh.text(&format!("{location}_node_connectivity")), mesh.group());
    let place = |dim: &Dimension| variable.dims.iter().position(|own| own == dim);
    let own = || {
        let (lat, lon) = coordinates(location)?;
        let [points] = all.get(lat)?.dims.as_slice() else { return None };
        let faces = joins("face").filter(|_| location == "node");
        Some(Placed { x: place(points)?, lat, lon, faces, middles: None })
    };
    // Coordinates of faces and edges are optional: their nodes say where they are.
    let of_nodes = || {
        let (lat, lon) = coordinates("node")?;
        let middles = joins(location).filter(|_| location != "node")?;
        let [rows, columns] = all.get(middles)?.dims.as_slice() else { return None };
        let named = mesh.text(&format!("{location}_dimension"));
        let is_counted = |dim: &&Dimension| named.is_empty() || dim.name == named;
        let x = [rows, columns].into_iter().filter(is_counted).find_map(place)?;
        Some(Placed { x, lat, lon, faces: None, middles: Some(middles) })
    };
    own().or_else(of_nodes)
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
        let nodes = lat.dims.last().is_some_and(|dim| ["nod2", "nod_n"].contains(&dim.name.as_str()));
        ["elements", "elem", "face_nodes", "elem_nodes"].iter().filter(|_| nodes).find_map(|name| {
            all.find(name, lat.group()).filter(|&n| all.get(n).is_some_and(|faces| faces.dims.len() == 2))
        })
    };
    listed::triangles_of(lat).and_then(|name| all.find(name, lat.group())).or_else(by_mesh).or_else(of_fesom)
}

/// A row of longitudes and one of latitudes in one variable, as FESOM has them of its nodes.
pub fn is_two_rows(nodes: &Declared) -> bool {
    let is_counted =
        |points: &Dimension| ["nod2", "nod_n", "nodes_2d"].contains(&points.name.as_str()) && points.size > 3;
    nodes.number().is_some() && matches!(nodes.dims.as_slice(), [rows, points] if rows.size == 2 && is_counted(points))
}

/// The faces of a mesh in triangles: a face of more corners is cut from its first one. `None` where they cannot be read, or
/// name points that are not there.
pub fn triangles(all: &Declarations<'_>, faces: usize, points: usize) -> Option<Vec<[u32; 3]>> {
    let declared = all.get(faces)?;
    let [rows, columns] = declared.dims.as_slice() else { return None };
    // FESOM writes all first corners, then all second ones.
    let turned = (rows.size == 3 && columns.size > 4) || (rows.size <= MOST_CORNERS && columns.size > MOST_CORNERS);
    let mut triangles = Vec::new();
    for face in corners(all, faces, turned, points)? {
        if let [hub, rest @ ..] = face.as_slice() {
            triangles.extend(rest.windows(2).map(|pair| [*hub, pair[0], pair[1]]));
        }
    }
    (!triangles.is_empty()).then_some(triangles)
}

/// More corners has no cell of any model.
const MOST_CORNERS: usize = 16;

/// The middles of faces or edges by their nodes, longitude and latitude: the mean of the directions of these. NaN for one
/// without nodes.
pub fn middles(
    all: &Declarations<'_>,
    joined: usize,
    count: usize,
    lat: &[f64],
    lon: &[f64],
) -> Option<(Vec<f64>, Vec<f64>)> {
    let [rows, columns] = all.get(joined)?.dims.as_slice() else { return None };
    let turned = columns.size == count && rows.size != count;
    let faces = corners(all, joined, turned, lat.len().min(lon.len()))?;
    let middle = |face: &Vec<u32>| {
        let places = face.iter().filter_map(|&node| Some((*lon.get(node as usize)?, *lat.get(node as usize)?)));
        crate::grid::middle_of(places).unwrap_or((f64::NAN, f64::NAN))
    };
    let places: Vec<(f64, f64)> = faces.iter().map(middle).collect();
    (places.len() == count && places.iter().any(|(lon, _)| lon.is_finite()))
        .then(|| places.into_iter().map(|(lon, lat)| (lat, lon)).unzip())
}

/// The nodes of each face, counted from zero. `turned`: all first corners come first, then all second ones. `None` where
/// they cannot be read, or name nodes that are not there.
fn corners(all: &Declarations<'_>, faces: usize, turned: bool, points: usize) -> Option<Vec<Vec<u32>>> {
    let declared = all.get(faces)?;
    let [rows, columns] = declared.dims.as_slice() else { return None };
    let each = if turned { rows } else { columns };
    let numbers = all.numbers(faces, 2)?;
    let numbers: Cow<'_, [f64]> = if turned { by_face(&numbers, rows.size).into() } else { numbers.as_slice().into() };
    let filler = filler(&numbers, points);
    let is_node = |number: &f64| number.is_finite() && *number >= 0.0 && Some(*number) != filler;
    let (least, most) = numbers
        .iter()
        .filter(|number| is_node(number))
        .fold((f64::INFINITY, 0.0_f64), |(least, most), n| (least.min(*n), most.max(*n)));
    // Zero where the attribute is silent, but that MPAS counts from one, where zero stands for none.
    let said = declared.attribute("start_index").and_then(|value| value.numbers().first().copied());
    let by_mpas = declared.name() == listed::CELLS_ON_VERTEX;
    // What the numbers show goes before what is said: a number zero is the first node, one as high as the count the last.
    let first = match said {
        _ if by_mpas => 1.0,
        _ if most == points as f64 => 1.0,
        _ if least == 0.0 && most < points as f64 => 0.0,
        Some(said) => said,
        None => 0.0,
    };
    let mut found = Vec::with_capacity(numbers.len() / each.size.max(1));
    for face in numbers.chunks_exact(each.size.max(1)) {
        let mut own: Vec<u32> = Vec::with_capacity(face.len());
        // What marks the end of a shorter face is missing, or lies before the first.
        for number in face.iter().filter(|number| is_node(number) && **number >= first) {
            let node = (number - first) as u32;
            if node as usize >= points {
                return None;
            }
            own.push(node);
        }
        // Some repeat the last corner, or the first.
        own.dedup();
        if own.len() > 1 && own.first() == own.last() {
            own.pop();
        }
        found.push(own);
    }
    Some(found)
}

/// The number that fills up shorter faces where no attribute says so: the only one beyond the last node.
fn filler(numbers: &[f64], points: usize) -> Option<f64> {
    let mut beyond = numbers.iter().copied().filter(|number| *number > points as f64);
    let first = beyond.next()?;
    let within = numbers.iter().any(|number| (0.0..=points as f64).contains(number));
    (within && beyond.all(|number| number == first)).then_some(first)
}

/// The corners of each face together, from rows of all first corners, all second ones, and so on.
fn by_face(numbers: &[f64], corners: usize) -> Vec<f64> {
    let faces = numbers.len() / corners.max(1);
    (0..faces * corners).filter_map(|n| numbers.get(n % corners * faces + n / corners).copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::attribute::{Element, Number};
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
