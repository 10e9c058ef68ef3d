//! The axes along which the parts of vectors are meant, by what a file says of a variable.

use super::attribute::Declared;
use crate::field::{AxisWords, NamedAxes};
use crate::source::Frame;

/// NEMO's names, whose words speak of zonal and meridional currents along the axes of its grid.
const NEMO: [&str; 4] = ["vozocrtx", "vomecrty", "sozotaux", "sometauy"];

/// By what cfgrib wrote down of the message, by the standard name, the name in words, then by the habits of a model: WRF
/// and ROMS have all vectors along their grids, unless they say otherwise. A bare `u` says nothing.
#[must_use]
pub fn frame(variable: &Declared) -> Frame {
    let flag = variable.attribute("GRIB_uvRelativeToGrid").map(|flag| flag.numbers());
    match flag.as_deref() {
        Some([flag]) if *flag == 0.0 => return Frame::Earth,
        Some([_]) => return Frame::Grid,
        _ => {}
    }
    let said = |text: &str| match AxisWords::of(text)?.axes {
        NamedAxes::Earth => Some(Frame::Earth),
        NamedAxes::Grid => Some(Frame::Grid),
        NamedAxes::Letters => None,
    };
    let standard = variable.text("standard_name").split_whitespace().next().unwrap_or("");
    if let Some(frame) = said(standard) {
        return frame;
    }
    if NEMO.contains(&variable.name()) {
        return Frame::Grid;
    }
    let words = match variable.text("long_name") {
        "" => variable.text("description"),
        words => words,
    };
    relative(words).or_else(|| said(words)).unwrap_or_else(|| by_model(variable))
}

/// «grid-relative», «earth rotated».
fn relative(words: &str) -> Option<Frame> {
    let lower = words.to_lowercase().replace(['-', '_'], " ");
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| lower.contains(phrase));
    if says(&["earth relative", "relative to earth", "earth rotated", "rotated to earth", "true north"]) {
        return Some(Frame::Earth);
    }
    says(&["grid relative", "relative to grid", "relative to the grid", "along the grid", "along grid", "grid north"])
        .then_some(Frame::Grid)
}

fn by_model(variable: &Declared) -> Frame {
    let is_wrf = variable.attribute("MemoryOrder").is_some() && variable.attribute("FieldType").is_some();
    let is_roms = variable.dims.iter().any(|dim| dim.name.starts_with("xi_"));
    if is_wrf || is_roms { Frame::Grid } else { Frame::Unsaid }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cf::{Attribute, Dimension, Element, Number};

    fn check(name: &str, attributes: &[(&str, &str)], dim: &str, expected: Frame) {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Attribute::Text((*value).to_owned()));
        let declared = Declared {
            path: name.into(),
            element: Element::Number(Number::F32),
            dims: vec![Dimension { name: dim.into(), size: 4 }],
            attributes: attributes.iter().map(text).collect(),
        };
        assert_eq!(frame(&declared), expected, "{name} {attributes:?}");
    }

    #[test]
    fn the_axes_are_those_that_the_file_names() {
        check("u", &[("standard_name", "x_wind")], "x", Frame::Grid);
        check("U", &[("standard_name", "grid_eastward_wind")], "rlon", Frame::Grid);
        check("uas", &[("standard_name", "eastward_wind"), ("long_name", "x-component")], "rlon", Frame::Earth);
        check("uo", &[("long_name", "ocean current along i-axis")], "x", Frame::Grid);
        check("vozocrtx", &[("long_name", "Zonal Current")], "x", Frame::Grid);
        check("u", &[("long_name", "10 metre U wind component")], "x", Frame::Unsaid);
        check("u", &[("long_name", "grid-relative wind, u-component")], "x", Frame::Grid);
        check(
            "uvmet",
            &[("description", "earth rotated u,v"), ("MemoryOrder", "XY"), ("FieldType", "104")],
            "x",
            Frame::Earth,
        );
        check("U10", &[("description", "U at 10 M"), ("MemoryOrder", "XY "), ("FieldType", "104")], "x", Frame::Grid);
        check("u", &[("long_name", "u-momentum component")], "xi_u", Frame::Grid);
        check("u_eastward", &[("standard_name", "eastward_sea_water_velocity")], "xi_rho", Frame::Earth);
        check("wdir", &[("long_name", "wind direction relative to grid north")], "x", Frame::Grid);
        check("u", &[], "x", Frame::Unsaid);
    }
}
