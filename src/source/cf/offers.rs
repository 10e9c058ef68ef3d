//! The positions that a file has for fields of others.

use super::attribute::{Attribute, Declared, Dimension};
use super::declarations::Declarations;
use super::lacking::{Missing, stagger_in};
use super::listed;
use super::mesh;
use super::roles::Role;

/// Positions that are looked at in one file: a model has those of three or four kinds of points.
const MOST_OFFERS: usize = 64;
/// Attributes that tell one grid of a model from another: ICON's number, and the projection and place of WRF's domains.
const NUMBERS: &[&str] =
    &["number_of_grid_used", "CEN_LAT", "CEN_LON", "TRUELAT1", "TRUELAT2", "STAND_LON", "MAP_PROJ", "DX", "DY"];

/// Latitudes and longitudes of one kind of points.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Numbers of variables: the same one for both, where a row of longitudes stands above one of latitudes.
    pub lat: usize,
    pub lon: usize,
    /// The triangles between the points.
    pub faces: Option<usize>,
    /// The name of the latitudes.
    name: String,
    /// Rows and columns, or points in one row.
    dims: Vec<Dimension>,
    stagger: Option<char>,
}

/// What a file says of the grid that it is on.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// ICON: `uuidOfHGrid`.
    pub uuid: Option<u128>,
    numbers: Vec<(&'static str, f64)>,
    /// By its name: WRF's domain (`d02`), FV3's side of the cube (`tile3`).
    part: Option<String>,
    /// NEMO: on which points all fields of the file stand.
    pub stagger: Option<char>,
}

/// Whether two files are on the same grid by what they say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kinship {
    /// They say so.
    Same,
    /// One of them is silent.
    Open,
    /// They are not.
    Other,
}

impl Marks {
    /// From a file's own attributes and its name.
    pub fn of<'a>(name: &str, attributes: impl Iterator<Item = (&'a str, &'a Attribute)> + Clone) -> Self {
        let text = |wanted: &str| {
            let mut found = attributes.clone().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.find_map(|(_, value)| value.text())
        };
        let number = |wanted: &&'static str| {
            let value = attributes.clone().find(|(name, _)| name == wanted)?.1.numbers().first().copied()?;
            Some((*wanted, value))
        };
        let stagger = ["description", "name"].iter().find_map(|wanted| stagger_in(text(wanted)?));
        Self {
            uuid: text("uuidOfHGrid").and_then(uuid),
            numbers: NUMBERS.iter().filter_map(number).collect(),
            part: part_in(name),
            stagger: stagger.or_else(|| stagger_in(name)),
        }
    }

    #[must_use]
    pub fn kinship(&self, other: &Self) -> Kinship {
        if let Some((own, theirs)) = self.uuid.zip(other.uuid) {
            return if own == theirs { Kinship::Same } else { Kinship::Other };
        }
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-4 * a.abs().max(b.abs()).max(1.0);
        let both = self.numbers.iter().filter_map(|(name, own)| {
            let theirs = other.numbers.iter().find(|(other, _)| other == name)?;
            Some(same(*own, theirs.1))
        });
        let agree: Vec<bool> = both.collect();
        if self.part.as_ref().zip(other.part.as_ref()).is_some_and(|(own, theirs)| own != theirs) {
            return Kinship::Other;
        }
        match agree.iter().all(|&same| same) {
            false => Kinship::Other,
            true if agree.is_empty() => Kinship::Open,
            true => Kinship::Same,
        }
    }
}

/// The word of a file's name that numbers it among files of one kind.
fn part_in(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let numbered = |word: &&str| {
        let digits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let domain = word.strip_prefix('d').is_some_and(|end| end.len() == 2 && digits(end));
        domain || word.strip_prefix("tile").is_some_and(digits)
    };
    name.split(|c: char| !c.is_ascii_alphanumeric()).find(numbered).map(str::to_owned)
}

/// `5a0a863d-2523-9515-7789-4930e3452bc0`
#[must_use]
pub fn uuid(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok()
}

/// All positions that stand in a file. `of_file`: the points on which its fields stand, if it says so.
#[must_use]
pub fn offers(all: &Declarations<'_>, of_file: Option<char>) -> Vec<Offer> {
    let of_role =
        |wanted: Role| (0..all.variables.len()).filter(move |&n| all.role(n) == Some(wanted)).take(4 * MOST_OFFERS);
    let has_t_points = of_role(Role::Latitude).any(|n| all.get(n).is_some_and(|lat| lat.name() == "gphit"));
    let mut found = Vec::new();
    for lat in of_role(Role::Latitude) {
        let Some(declared) = all.get(lat) else { continue };
        let on_same: Vec<usize> =
            of_role(Role::Longitude).filter(|&n| all.get(n).is_some_and(|lon| lon.dims == declared.dims)).collect();
        let named = on_same.iter().copied().find(|&n| all.get(n).is_some_and(|lon| listed::are_pair(declared, lon)));
        let Some(lon) = named.or_else(|| on_same.first().copied().filter(|_| on_same.len() == 1)) else { continue };
        let dims = match declared.dims.as_slice() {
            [points] if points.size > 3 => vec![points.clone()],
            // Positions of several times may be those of a grid that moves.
            [before @ .., rows, columns]
                if rows.size > 1 && columns.size > 1 && before.iter().all(|dim| dim.size == 1) =>
            {
                vec![rows.clone(), columns.clone()]
            }
            _ => continue,
        };
        let by_name = ["gphi", "nav_lat_grid_"].iter().find_map(|stem| letter_behind(declared.name(), stem));
        let of_names = || match declared.name() {
            "nav_lat" if has_t_points => Some('t'),
            _ => of_file,
        };
        let faces = mesh::faces_between(all, declared);
        let stagger = by_name.or_else(of_names);
        found.push(Offer { lat, lon, faces, name: declared.name().to_owned(), dims, stagger });
        if found.len() == MOST_OFFERS {
            break;
        }
    }
    let nodes = nodes_of_fesom(all).filter(|nodes| !found.iter().any(|offer: &Offer| offer.dims == nodes.dims));
    found.extend(nodes);
    found
}

/// FESOM's mesh file: `nodes`, a row of longitudes and one of latitudes, where it lists neither alone.
fn nodes_of_fesom(all: &Declarations<'_>) -> Option<Offer> {
    let nodes = all.find("nodes", "").or_else(|| all.find("coord_nod2D", ""))?;
    let declared = all.get(nodes)?;
    let [_, points] = declared.dims.as_slice() else { return None };
    if !mesh::is_two_rows(declared) {
        return None;
    }
    let faces = mesh::faces_between(all, declared);
    let name = "lat".to_owned();
    Some(Offer { lat: nodes, lon: nodes, faces, name, dims: vec![points.clone()], stagger: None })
}

fn letter_behind(name: &str, stem: &str) -> Option<char> {
    name.to_ascii_lowercase().strip_prefix(stem).and_then(|end| end.chars().next()).filter(char::is_ascii_alphabetic)
}

/// Where an offer puts a field: the numbers of the field's dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    pub y: Option<usize>,
    pub x: usize,
}

/// The best of a file's offers for a field, and where it puts that. `known` as the same grid: then a length is enough.
#[must_use]
pub fn best<'o>(offers: &'o [Offer], missing: &Missing, variable: &Declared, known: bool) -> Option<(&'o Offer, Fit)> {
    let fits = offers.iter().filter_map(|offer| Some((offer, offer.fit(missing, variable, known)?)));
    let ranked = fits.filter_map(|(offer, fit)| Some((offer.rank(missing)?, offer, fit)));
    ranked.min_by_key(|(rank, ..)| *rank).map(|(_, offer, fit)| (offer, fit))
}

impl Offer {
    /// Rows and columns; points stand in one row.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        match self.dims.as_slice() {
            [points] => (1, points.size),
            [rows, columns] => (rows.size, columns.size),
            _ => (0, 0),
        }
    }

    #[must_use]
    pub fn is_plane(&self) -> bool {
        self.dims.len() == 2
    }

    /// Matched by name and length together.
    fn fit(&self, missing: &Missing, variable: &Declared, known: bool) -> Option<Fit> {
        let place = |dim: &Dimension| variable.dims.iter().position(|own| own == dim);
        match self.dims.as_slice() {
            [points] => {
                let alias = || {
                    let same = points.size == missing.columns.size && missing.rows.is_none();
                    let called = same && (known || missing.is_called(&points.name));
                    called.then(|| place(&missing.columns)).flatten()
                };
                Some(Fit { y: None, x: place(points).or_else(alias)? })
            }
            [rows, columns] => Some(Fit { y: Some(place(rows)?), x: place(columns)? }),
            _ => None,
        }
    }

    /// Zero is best; `None` for positions of other points.
    fn rank(&self, missing: &Missing) -> Option<u8> {
        let named = u8::from(!missing.names(&self.name));
        // `nav_lat` is the name of every kind of points.
        let is_own = named == 0 && !self.name.starts_with("nav_");
        Some(match (missing.stagger, self.stagger) {
            (Some(wanted), Some(given)) if wanted == given => named,
            (Some(_), Some(_)) => return None,
            (None, Some(_)) if is_own => 0,
            (None, Some('t')) | (None, None) => 1 + named,
            (Some(_), None) => 2 + named,
            (None, Some(_)) => 4 + named,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_are_told_apart_by_what_files_say_of_them_and_by_their_names() {
        let wrf = |name: &str, lat: f64| {
            let attributes = [("CEN_LAT".to_owned(), Attribute::Floats(vec![lat]))];
            Marks::of(name, attributes.iter().map(|(name, value)| (name.as_str(), value)))
        };
        let mute = |name: &str| Marks::of(name, std::iter::empty());
        assert_eq!(wrf("wrfout_d01_2020-01-01", 45.0).kinship(&wrf("geo_em.d01.nc", 45.000_01)), Kinship::Same);
        assert_eq!(wrf("wrfout_d01_2020-01-01", 45.0).kinship(&wrf("geo_em.d01.nc", 47.0)), Kinship::Other);
        assert_eq!(wrf("wrfout_d01_2020-01-01", 45.0).kinship(&mute("geo_em.nc")), Kinship::Open);
        assert_eq!(mute("wrfout_d01_2020-01-01").kinship(&mute("geo_em.d02.nc")), Kinship::Other);
        assert_eq!(mute("atmos.tile3.nc").kinship(&mute("grid_spec.tile3.nc")), Kinship::Open);
        assert_eq!(mute("ORCA1_1d_grid_U.nc").stagger, Some('u'));
        assert_eq!(mute("grid_turbulence.nc").stagger, None);
    }

    #[test]
    fn a_mark_is_sixteen_octets_in_hexadecimal() {
        assert_eq!(uuid("5A0a863d-2523-9515-7789-4930e3452bc0"), Some(0x5a0a_863d_2523_9515_7789_4930_e345_2bc0));
        assert_eq!(uuid("5a0a863d"), None);
        assert_eq!(uuid("ça0a863d25239515778949 30e3452bc0"), None);
    }
}
