//! Names of the parts of vectors: which axis they mean, and what the vector is.

use super::Component;

/// A name that is one of a vector's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisWords {
    /// [`Component::X`] or [`Component::Y`].
    pub component: Component,
    pub axes: NamedAxes,
    /// The name with a star for the axis: the same for both parts.
    pub family: String,
    /// The part of the vector itself, or of a mean or a sum of it. Variances and extremes of both parts make no vector.
    pub is_linear: bool,
}

/// The axes that a name speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedAxes {
    /// Eastward, zonal.
    Earth,
    /// x, i, ξ; grid eastward.
    Grid,
    /// u and v, which may be either.
    Letters,
}

const ON_EARTH: [[&str; 2]; 2] = [["eastward", "northward"], ["zonal", "meridional"]];
const ON_GRID: [[&str; 2]; 3] = [["x", "y"], ["i", "j"], ["xi", "eta"]];
const LETTERS: [&str; 2] = ["u", "v"];
/// Beside one of these a letter is an axis.
const BESIDE: [&str; 16] = [
    "component",
    "components",
    "comp",
    "wind",
    "winds",
    "velocity",
    "current",
    "momentum",
    "axis",
    "direction",
    "stress",
    "flux",
    "drift",
    "shear",
    "transport",
    "at",
];

/// Of a grid itself, with axes in their names.
const OF_GRIDS: [&str; 10] =
    ["map", "scale", "factor", "coordinate", "spacing", "length", "distance", "angle", "latitude", "longitude"];
const NOT_LINEAR: [&str; 10] =
    ["variance", "deviation", "spread", "error", "uncertainty", "absolute", "squared", "maximum", "minimum", "energy"];

impl AxisWords {
    /// Reads a standard name, or a name in words: `grid_eastward_wind`, «U-component of ice drift», «U at 10 M», «ocean
    /// current along i-axis». `None` where no axis is named, or both.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let lower = name.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let says = |list: &[&str]| words.iter().any(|word| list.contains(word));
        if says(&OF_GRIDS) {
            return None;
        }
        let beside = |n: usize| {
            let near = [n.checked_sub(1), n.checked_add(1)].into_iter().flatten();
            near.filter_map(|n| words.get(n)).any(|word| BESIDE.contains(word))
        };
        let mut found: Option<(usize, NamedAxes)> = None;
        let mut family: Vec<&str> = Vec::new();
        for (n, word) in words.iter().enumerate() {
            let Some((axis, axes)) = axis_of(word).filter(|(_, axes)| *axes == NamedAxes::Earth || beside(n)) else {
                family.push(word);
                continue;
            };
            let of_grid = n.checked_sub(1).and_then(|n| words.get(n)) == Some(&"grid");
            let axes = if of_grid { NamedAxes::Grid } else { axes };
            found = match found {
                Some((other, _)) if other != axis => return None,
                Some((_, known)) if known != NamedAxes::Letters => Some((axis, known)),
                _ => Some((axis, axes)),
            };
            family.push("*");
        }
        let (axis, axes) = found?;
        let component = if axis == 0 { Component::X } else { Component::Y };
        Some(Self { component, axes, family: family.join(" "), is_linear: !says(&NOT_LINEAR) })
    }
}

/// 0 for the first axis, 1 for the second.
fn axis_of(word: &str) -> Option<(usize, NamedAxes)> {
    let among = |pairs: &[[&str; 2]]| pairs.iter().find_map(|pair| pair.iter().position(|name| *name == word));
    let earth = among(&ON_EARTH).map(|axis| (axis, NamedAxes::Earth));
    let grid = || among(&ON_GRID).map(|axis| (axis, NamedAxes::Grid));
    let letters = || among(&[LETTERS]).map(|axis| (axis, NamedAxes::Letters));
    earth.or_else(grid).or_else(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_a_vector_have_one_family() {
        for (x, y, axes) in [
            ("x_wind", "y_wind", NamedAxes::Grid),
            ("grid_eastward_wind", "grid_northward_wind", NamedAxes::Grid),
            ("eastward_wind", "northward_wind", NamedAxes::Earth),
            ("sea_water_x_velocity", "sea_water_y_velocity", NamedAxes::Grid),
            ("surface_downward_x_stress", "surface_downward_y_stress", NamedAxes::Grid),
            ("U component of wind", "V component of wind", NamedAxes::Letters),
            ("Momentum flux, u-component", "Momentum flux, v-component", NamedAxes::Letters),
            ("U at 10 M", "V at 10 M", NamedAxes::Letters),
            ("x-wind component", "y-wind component", NamedAxes::Grid),
            ("ocean current along i-axis", "ocean current along j-axis", NamedAxes::Grid),
            ("U-component of current along x axis", "V-component of current along y axis", NamedAxes::Grid),
            ("Velocity in grid-x direction", "Velocity in grid-y direction", NamedAxes::Grid),
            ("Zonal wind", "Meridional wind", NamedAxes::Earth),
        ] {
            let (x, y) = (AxisWords::of(x).expect(x), AxisWords::of(y).expect(y));
            assert_eq!((x.component, y.component), (Component::X, Component::Y));
            assert_eq!((x.axes, &x.family), (axes, &y.family));
        }
    }

    #[test]
    fn other_names_name_no_axis() {
        for name in [
            "U* in similarity theory",
            "Covariance of V component and U component",
            "Air temperature",
            "UV index",
            "Map scale factor on u-grid, x direction",
        ] {
            assert_eq!(AxisWords::of(name), None, "{name}");
        }
        assert!(!AxisWords::of("Variance of U component").expect("an axis").is_linear);
    }
}
