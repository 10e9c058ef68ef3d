//! Fields on the nodes, edges or faces of a mesh, as the UGRID conventions describe it (version 1.0).

use super::attribute::Declared;
use super::declarations::Declarations;
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
    // Zero where the attribute is silent. What marks the end of a shorter face reads as missing.
    let first = declared.attribute("start_index").and_then(|value| value.numbers().first().copied()).unwrap_or(0.0);
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
