//! Fields whose horizontal positions stand in no variable of their file: models write them once, into another one.

use super::attribute::{Attribute, Declared, Dimension, Element, Number};
use super::declarations::Declarations;
use super::roles::{Role, role};
use super::{Gridded, may_be_field};
use crate::grid::Geometry;

/// Models that leave the positions out, and what is said of them: the texts that name the files which have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    Mpas,
    Icon,
    Nemo,
    Roms,
    Wrf,
    /// CAM and EAM on the cubed sphere of their spectral elements.
    Columns,
    Fesom,
    Other,
}

/// A dimension that counts the points of a grid.
struct Points {
    name: &'static str,
    /// What files of positions call the same dimension.
    alias: &'static [&'static str],
    /// The variables that are looked for.
    wanted: &'static str,
    family: Family,
    /// Nobody else uses the name.
    sure: bool,
}

const fn points(
    name: &'static str,
    alias: &'static [&'static str],
    wanted: &'static str,
    family: Family,
    sure: bool,
) -> Points {
    Points { name, alias, wanted, family, sure }
}

/// As the models spell them: MPAS (its mesh specification), ICON as written by itself and through CDI, CAM-SE and EAM
/// beside SCRIP's grid files, FESOM 2.
const POINTS: &[Points] = &[
    points("nCells", &[], "latCell, lonCell", Family::Mpas, true),
    points("nVertices", &[], "latVertex, lonVertex", Family::Mpas, true),
    points("nEdges", &[], "latEdge, lonEdge", Family::Mpas, true),
    points("ncells", &["cell", "nod2", "nod_n"], "clat, clon", Family::Icon, true),
    points("ncells_2", &[], "clat, clon", Family::Icon, true),
    points("ncells_3", &[], "clat, clon", Family::Icon, true),
    points("cell", &["ncells"], "clat, clon", Family::Icon, false),
    points("vertex", &[], "vlat, vlon", Family::Icon, false),
    points("edge", &[], "elat, elon", Family::Icon, false),
    points("ncol", &["grid_size"], "lat, lon", Family::Columns, true),
    points("ncol_d", &["grid_size"], "lat_d, lon_d", Family::Columns, true),
    points("nod2", &["nod_n", "nod2d", "nodes_2d"], "lat, lon", Family::Fesom, true),
    points("nod_n", &["nod2", "nod2d", "nodes_2d"], "lat, lon", Family::Fesom, true),
    points("nod2d", &["nod2", "nod_n", "nodes_2d"], "lat, lon", Family::Fesom, true),
    points("nodes_2d", &["nod2", "nod_n", "nod2d"], "lat, lon", Family::Fesom, true),
    points("nodes", &["nod2", "nod_n", "node", "n_node", "nMesh2_node"], "lat, lon", Family::Other, false),
    points("node", &["nod2", "nod_n", "nodes", "n_node", "nMesh2_node"], "lat, lon", Family::Other, false),
    points("n_node", &["nod2", "nod_n", "nodes", "node"], "lat, lon", Family::Other, false),
];

/// Dimensions of rows and of columns by their names in small letters; the staggered ones end otherwise.
const PLANES: &[(&str, &str, Family, bool)] = &[
    ("south_north", "west_east", Family::Wrf, true),
    ("eta", "xi", Family::Roms, true),
    ("y", "x", Family::Nemo, false),
    ("j", "i", Family::Other, false),
    ("nj", "ni", Family::Other, false),
    ("nlat", "nlon", Family::Other, false),
    ("yh", "xh", Family::Other, false),
    ("yq", "xq", Family::Other, false),
    ("yc", "xc", Family::Other, false),
    ("grid_yt", "grid_xt", Family::Other, false),
];
/// What may stand behind such a name.
const STAGGERED: &[&str] =
    &["", "_stag", "_rho", "_u", "_v", "_psi", "_grid_t", "_grid_u", "_grid_v", "_grid_w", "_grid_f"];
/// NEMO's own dimensions of depth, and of time.
const OF_NEMO: &[&str] = &["deptht", "depthu", "depthv", "depthw", "time_counter"];

impl Family {
    /// The variables that it calls positions.
    fn wanted(self) -> &'static str {
        match self {
            Self::Mpas => "latCell, lonCell",
            Self::Icon => "clat, clon",
            Self::Nemo => "nav_lat, nav_lon",
            Self::Roms => "lat_rho, lon_rho",
            Self::Wrf => "XLAT, XLONG",
            Self::Columns | Self::Fesom | Self::Other => "lat, lon",
        }
    }

    /// The texts that say what is lacking, and which file to open with it.
    #[must_use]
    pub fn words(self) -> &'static (&'static str, &'static str) {
        match self {
            Self::Mpas => &("elsewhere.no_positions", "elsewhere.mpas"),
            Self::Icon => &("elsewhere.no_positions", "elsewhere.icon"),
            Self::Nemo => &("elsewhere.no_positions", "elsewhere.nemo"),
            Self::Roms => &("elsewhere.no_positions", "elsewhere.roms"),
            Self::Wrf => &("elsewhere.no_positions", "elsewhere.wrf"),
            Self::Columns => &("elsewhere.no_positions", "elsewhere.columns"),
            Self::Fesom => &("elsewhere.no_positions", "elsewhere.fesom"),
            Self::Other => &("elsewhere.no_positions", "elsewhere.other"),
        }
    }
}

/// A field without positions.
#[derive(Clone, Debug)]
pub struct Lack {
    /// Its number among the declared variables.
    pub variable: usize,
    pub found: Missing,
}

/// What is looked for. Equal for fields on one grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub family: Family,
    /// The dimension of the rows, where there are rows.
    pub rows: Option<Dimension>,
    /// That of the columns, or of points in one row.
    pub columns: Dimension,
    /// Names of the positions: those that `coordinates` gives, and the variables lack; else the usual ones.
    pub wanted: String,
    /// On which points of a staggered grid the field stands, where that is said: `t`, `u`, `v`, `f`.
    pub stagger: Option<char>,
    /// It can be nothing but a field on a grid.
    pub sure: bool,
}

impl Missing {
    /// `nCells (40962)`
    #[must_use]
    pub fn dimensions(&self) -> String {
        let each = self.rows.iter().chain([&self.columns]);
        each.map(|dim| format!("{} ({})", dim.name, dim.size)).collect::<Vec<_>>().join(", ")
    }

    /// Whether `coordinates` names the variable.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.wanted.split(", ").any(|wanted| wanted.eq_ignore_ascii_case(name))
    }

    /// Whether a file of positions may call this dimension so, its size being the same.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let known = POINTS.iter().find(|points| points.name == self.columns.name);
        self.rows.is_none() && known.is_some_and(|points| points.alias.contains(&name))
    }
}

/// The fields that lack positions, among the variables that `gridded` has none for. `of_file`: see [`stagger_in`].
#[must_use]
pub fn lacking(all: &Declarations<'_>, gridded: &[Gridded], of_file: Option<char>) -> Vec<Lack> {
    let is_placed = |number: usize| {
        let place = gridded.binary_search_by_key(&number, |field| field.declared);
        place.ok().and_then(|at| gridded.get(at)).is_some_and(|field| field.grid.geometry != Geometry::Unplaced)
    };
    let numbers = (0..all.variables.len()).filter(|&n| may_be_field(all, n) && !is_placed(n));
    numbers.filter_map(|variable| Some(Lack { variable, found: missing(all, all.get(variable)?, of_file)? })).collect()
}

fn missing(all: &Declarations<'_>, variable: &Declared, of_file: Option<char>) -> Option<Missing> {
    let absent = absent_positions(all, variable);
    let wanted = (!absent.is_empty()).then(|| absent.join(", "));
    if let Some((columns, known)) = along_points(variable) {
        // Numbers of neighbours and corners belong to a mesh; a field has as many of them as there are points.
        let wanted = wanted.unwrap_or_else(|| known.wanted.to_owned());
        let sure = known.sure || is_unstructured(variable) || !absent.is_empty();
        return Some(Missing { family: known.family, rows: None, columns, wanted, stagger: None, sure });
    }
    let (rows, columns, family, sure) = plane(variable).or_else(|| {
        let [.., rows, columns] = variable.dims.as_slice() else { return None };
        (absent.len() > 1).then(|| (rows.clone(), columns.clone(), Family::Other, false))
    })?;
    if rows.size < 2 || columns.size < 2 {
        return None;
    }
    let of_nemo = variable.dims.iter().any(|dim| OF_NEMO.contains(&dim.name.as_str()))
        || absent.iter().any(|name| name.starts_with("nav_"));
    let family = if family == Family::Nemo && !of_nemo { Family::Other } else { family };
    let stagger = (family == Family::Nemo).then(|| stagger_of(variable).or(of_file)).flatten();
    let wanted = wanted.unwrap_or_else(|| family.wanted().to_owned());
    let sure = sure || of_nemo || !absent.is_empty();
    Some(Missing { family, rows: Some(rows), columns, wanted, stagger, sure })
}

/// Latitudes and longitudes that `coordinates` names and the file does not have.
fn absent_positions(all: &Declarations<'_>, variable: &Declared) -> Vec<String> {
    let names: Vec<&str> = match variable.attribute("coordinates") {
        Some(Attribute::Text(text)) => text.split_whitespace().collect(),
        Some(Attribute::Texts(texts)) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let is_position = |name: &&str| {
        let nothing_else = Declared {
            path: (*name).to_owned(),
            element: Element::Number(Number::F64),
            dims: Vec::new(),
            attributes: Vec::new(),
        };
        matches!(role(&nothing_else), Some(Role::Latitude | Role::Longitude))
    };
    let absent = names.into_iter().filter(|name| all.find(name, variable.group()).is_none());
    absent.filter(is_position).map(str::to_owned).collect()
}

/// `CDI_grid_type`, as CDO and ICON write it.
fn is_unstructured(variable: &Declared) -> bool {
    variable.text("CDI_grid_type") == "unstructured"
}

fn along_points(variable: &Declared) -> Option<(Dimension, &'static Points)> {
    let found = |dim: &Dimension| POINTS.iter().find(|points| points.name == dim.name && dim.size > 3);
    variable.dims.iter().rev().find_map(|dim| Some((dim.clone(), found(dim)?)))
}

fn plane(variable: &Declared) -> Option<(Dimension, Dimension, Family, bool)> {
    let is = |dim: &Dimension, stem: &str| {
        let name = dim.name.to_ascii_lowercase();
        name.strip_prefix(stem).is_some_and(|end| STAGGERED.contains(&end))
    };
    PLANES.iter().find_map(|(rows, columns, family, sure)| {
        let along = |stem: &str| variable.dims.iter().rev().find(|dim| is(dim, stem)).cloned();
        Some((along(rows)?, along(columns)?, *family, *sure))
    })
}

/// NEMO: the points by the axis of depth (`depthu`), by the dimensions (`x_grid_U`) or by the names of the positions.
fn stagger_of(variable: &Declared) -> Option<char> {
    let by_dim = variable.dims.iter().find_map(|dim| {
        let name = dim.name.to_ascii_lowercase();
        name.strip_prefix("depth").and_then(single).or_else(|| stagger_in(&name))
    });
    by_dim.or_else(|| stagger_in(variable.text("coordinates")))
}

/// `…_grid_U…` in a file's name, `ocean U grid variables` in its description.
#[must_use]
pub fn stagger_in(text: &str) -> Option<char> {
    let text = text.to_ascii_lowercase();
    let behind = |mark: &str| text.find(mark).and_then(|at| text.get(at + mark.len()..));
    let letter = |rest: &str| {
        let mut letters = rest.chars();
        let first = letters.next()?;
        // A word that begins with the letter is another word.
        letters.next().is_none_or(|next| !next.is_ascii_alphabetic()).then(|| points_of(first)).flatten()
    };
    let named = ["grid_", "grid-", "grid"].iter().find_map(|mark| behind(mark).and_then(letter));
    named.or_else(|| text.strip_prefix("ocean ").filter(|rest| rest.contains(" grid")).and_then(letter))
}

fn single(text: &str) -> Option<char> {
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none()).and_then(points_of)
}

/// W points lie above T points.
fn points_of(letter: char) -> Option<char> {
    match letter {
        't' | 'w' => Some('t'),
        'u' | 'v' | 'f' => Some(letter),
        _ => None,
    }
}
