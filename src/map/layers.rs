//! The coastlines, lakes and borders of Natural Earth, packed in `assets/basemap.bin`.
//!
//! `packaging/pack_basemap.py` makes the pack and describes its format. A layer is inflated when it is first drawn.

use std::io::Read;
use std::sync::OnceLock;

use flate2::read::ZlibDecoder;

static PACK: &[u8] = include_bytes!("../../assets/basemap.bin");

/// How finely the outlines are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Coarse,
    Medium,
    Fine,
}

impl Scale {
    /// The coarsest scale whose outlines are within a pixel for nine vertices of ten: medians of the distance from the
    /// finest coastline are 0.027° (coarse) and 0.0066° (medium), ninth deciles 0.14° and 0.023°.
    #[must_use]
    pub fn at(degrees_per_pixel: f64) -> Self {
        if degrees_per_pixel >= 0.14 {
            Self::Coarse
        } else if degrees_per_pixel >= 0.023 {
            Self::Medium
        } else {
            Self::Fine
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Coarse => "110m",
            Self::Medium => "50m",
            Self::Fine => "10m",
        }
    }
}

/// What a layer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Polygons: rings, outer ones clockwise, holes the other way.
    Land,
    Coast,
    /// Polygons, islands as holes.
    Lakes,
    Borders,
    Disputed,
    /// States and provinces.
    States,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Land => "land",
            Self::Coast => "coast",
            Self::Lakes => "lakes",
            Self::Borders => "borders",
            Self::Disputed => "disputed",
            Self::States => "states",
        }
    }
}

/// Lines, or open rings of polygons, in degrees.
#[derive(Debug, Default)]
pub struct Outlines {
    points: Vec<(f32, f32)>,
    /// Where each part ends among the points.
    ends: Vec<usize>,
}

impl Outlines {
    /// Each part as longitudes and latitudes.
    pub fn parts(&self) -> impl Iterator<Item = &[(f32, f32)]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let part = self.points.get(start..end).unwrap_or_default();
            start = end;
            part
        })
    }
}

struct Entry {
    name: String,
    units_per_degree: u32,
    deflated: &'static [u8],
    outlines: OnceLock<Outlines>,
}

/// A layer at a scale. Empty where the pack has none: the coarse one has no states, which the medium one lends.
#[must_use]
pub fn outlines(theme: Theme, scale: Scale) -> &'static Outlines {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    static EMPTY: Outlines = Outlines { points: Vec::new(), ends: Vec::new() };
    let entries = ENTRIES.get_or_init(|| entries(PACK).unwrap_or_default());
    let scale = if theme == Theme::States && scale == Scale::Coarse { Scale::Medium } else { scale };
    let wanted = format!("{}_{}", theme.name(), scale.suffix());
    entries.iter().find(|entry| entry.name == wanted).map_or(&EMPTY, |entry| {
        entry.outlines.get_or_init(|| unpack(entry.deflated, entry.units_per_degree).unwrap_or_default())
    })
}

fn entries(mut pack: &'static [u8]) -> Option<Vec<Entry>> {
    let mut take = |n: usize| {
        let (head, rest) = pack.split_at_checked(n)?;
        pack = rest;
        Some(head)
    };
    let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_le_bytes);
    if take(4)? != b"MBBM" || take(1)? != [1] {
        return None;
    }
    let count = number(take(4)?)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let length = usize::from(*take(1)?.first()?);
        let name = String::from_utf8(take(length)?.to_vec()).ok()?;
        let units_per_degree = number(take(4)?)?;
        let length = number(take(4)?)? as usize;
        entries.push(Entry { name, units_per_degree, deflated: take(length)?, outlines: OnceLock::new() });
    }
    Some(entries)
}

fn unpack(deflated: &[u8], units_per_degree: u32) -> Option<Outlines> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(deflated).read_to_end(&mut bytes).ok()?;
    let mut bytes = bytes.into_iter();
    let mut varint = || {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = bytes.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    };
    let parts = varint()?;
    let sizes: Vec<u64> = (0..parts).map(|_| varint()).collect::<Option<_>>()?;
    let mut outlines = Outlines::default();
    let unit = 1.0 / f64::from(units_per_degree);
    let mut first = (0_i64, 0_i64);
    for size in sizes {
        let mut at = first;
        for n in 0..size {
            let mut signed = || varint().map(|code| (code >> 1) as i64 ^ -((code & 1) as i64));
            at = (at.0 + signed()?, at.1 + signed()?);
            if n == 0 {
                first = at;
            }
            outlines.points.push(((at.0 as f64 * unit) as f32, (at.1 as f64 * unit) as f32));
        }
        outlines.ends.push(outlines.points.len());
    }
    Some(outlines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_is_there_and_on_the_globe() {
        for scale in [Scale::Coarse, Scale::Medium, Scale::Fine] {
            for theme in [Theme::Land, Theme::Coast, Theme::Lakes, Theme::Borders, Theme::Disputed, Theme::States] {
                let outlines = outlines(theme, scale);
                assert!(outlines.parts().count() > 5, "{theme:?} {scale:?}");
                let on_globe = |(lon, lat): &(f32, f32)| lon.abs() <= 180.0 && lat.abs() <= 90.0;
                assert!(outlines.parts().flatten().all(on_globe), "{theme:?} {scale:?}");
                assert!(outlines.parts().all(|part| part.len() >= 2));
            }
        }
    }

    #[test]
    fn a_finer_map_takes_a_finer_scale() {
        // Canada at 1600 × 1000 pixels shows 0.04° a pixel, a globe 0.22°.
        assert_eq!(Scale::at(0.04), Scale::Medium);
        assert_eq!(Scale::at(0.22), Scale::Coarse);
        assert_eq!(Scale::at(0.005), Scale::Fine);
    }
}
