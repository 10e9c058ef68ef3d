//! From the bits of a data section to numbers: the packings of both editions.
//!
//! [`unpack`] gives the values that are coded, in their order in the file. Where a bitmap leaves out points, and in which
//! order points stand on the grid, is the business of `values.rs`.

mod aec;
mod ccsds;
mod complex;
mod groups;
mod ieee;
mod images;
mod run_length;
mod second_order;
mod simple;

pub use second_order::is_boustrophedonic;

use super::octets::Octets;
use crate::source::Detail;

/// A number that fields are read as: f64 as the file has it, f32 for drawing.
pub trait Value: Copy + PartialEq + Send + Sync + 'static {
    const MISSING: Self;
    fn of(value: f64) -> Self;
}

impl Value for f64 {
    const MISSING: Self = Self::NAN;
    fn of(value: f64) -> Self {
        value
    }
}

impl Value for f32 {
    const MISSING: Self = Self::NAN;
    fn of(value: f64) -> Self {
        value as Self
    }
}

/// What is packed, and what its header says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packed<'a> {
    pub packing: Packing,
    /// Edition 2: section 5. Edition 1: section 4.
    pub representation: Octets<'a>,
    /// Edition 2: section 7 behind its header. Edition 1: section 4, all of it.
    pub data: &'a [u8],
    /// Decimal scale of edition 1, which stands in section 1.
    pub decimal: i32,
    /// Values that are coded: the points of the grid less those that a bitmap leaves out.
    pub coded: usize,
    /// Coded values in each row, for the packing that goes row by row.
    pub rows: &'a [usize],
}

/// ECMWF's template without flags, and with them.
const PLAIN_SECOND_ORDER: u16 = 50_001;
const SECOND_ORDER: u16 = 50_002;

/// How values are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    #[default]
    Simple,
    /// With a logarithm before it.
    LogSimple,
    Complex,
    /// With differences between neighbours.
    ComplexDifferences,
    Ieee,
    Jpeg,
    Png,
    Ccsds,
    RunLength,
    /// ECMWF's second order packing in edition 2.
    SecondOrder2,
    Simple1,
    SecondOrder1,
}

/// Why numbers cannot be had.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    Broken(Detail),
    Unsupported(Detail),
}

impl Failure {
    /// Contents that contradict themselves or end early.
    pub fn broken() -> Self {
        Self::Broken(Detail::of("detail.grib_data"))
    }
}

impl Packing {
    /// By the header of the data: WMO code table 5.0, or table 11 of edition 1.
    pub fn of(edition: u8, representation: Octets<'_>) -> Result<Self, Failure> {
        let short = Failure::broken;
        if edition == 1 {
            return Self::of_edition_1(representation.u8(4).ok_or_else(short)?, representation.u8(14).unwrap_or(0));
        }
        let template = representation.u16(10).ok_or_else(short)?;
        Ok(match template {
            0 => Self::Simple,
            2 => Self::Complex,
            3 => Self::ComplexDifferences,
            4 => Self::Ieee,
            40 | 40_000 => Self::Jpeg,
            41 | 40_010 => Self::Png,
            42 => Self::Ccsds,
            50 | 51 | 53 => return Err(spectral()),
            61 => Self::LogSimple,
            200 => Self::RunLength,
            PLAIN_SECOND_ORDER | SECOND_ORDER => Self::SecondOrder2,
            _ => return Err(unknown(template)),
        })
    }

    fn of_edition_1(flags: u8, more: u8) -> Result<Self, Failure> {
        let (is_spectral, is_complex, has_more) = (flags & 0x80 != 0, flags & 0x40 != 0, flags & 0x10 != 0);
        let is_matrix = has_more && more & 0x40 != 0;
        match (is_spectral, is_complex, is_matrix) {
            (true, ..) => Err(spectral()),
            (_, _, true) => Err(Failure::Unsupported(Detail::of("detail.grib_matrix"))),
            (_, true, _) => Ok(Self::SecondOrder1),
            _ => Ok(Self::Simple1),
        }
    }

    /// What other tools call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Simple | Self::Simple1 => "grid_simple",
            Self::LogSimple => "grid_simple_log_preprocessing",
            Self::Complex => "grid_complex",
            Self::ComplexDifferences => "grid_complex_spatial_differencing",
            Self::Ieee => "grid_ieee",
            Self::Jpeg => "grid_jpeg",
            Self::Png => "grid_png",
            Self::Ccsds => "grid_ccsds",
            Self::RunLength => "grid_run_length",
            Self::SecondOrder2 | Self::SecondOrder1 => "grid_second_order",
        }
    }
}

pub fn spectral() -> Failure {
    Failure::Unsupported(Detail::of("detail.grib_spectral"))
}

fn unknown(template: u16) -> Failure {
    Failure::Unsupported(Detail::with("detail.grib_packing", [("template", u64::from(template).into())]))
}

/// The coded values, in their order in the file.
pub fn unpack<V: Value>(packed: &Packed<'_>) -> Result<Vec<V>, Failure> {
    let values = match packed.packing {
        Packing::Simple | Packing::Simple1 => simple::unpack(packed)?,
        Packing::LogSimple => simple::unpack_logarithms(packed)?,
        Packing::Complex | Packing::ComplexDifferences => complex::unpack(packed)?,
        Packing::Ieee => ieee::unpack(packed)?,
        Packing::Jpeg => images::unpack_jpeg(packed)?,
        Packing::Png => images::unpack_png(packed)?,
        Packing::Ccsds => ccsds::unpack(packed)?,
        Packing::RunLength => run_length::unpack(packed)?,
        Packing::SecondOrder1 => second_order::unpack_edition_1(packed)?,
        Packing::SecondOrder2 => second_order::unpack_edition_2(packed)?,
    };
    if values.len() == packed.coded { Ok(values) } else { Err(Failure::broken()) }
}

/// `value = (reference + packed × 2^binary) × 10^-decimal`, the formula that all packings end with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    reference: f64,
    binary: f64,
    decimal: f64,
    /// Bits for each packed number.
    pub bits: u32,
}

impl Scaling {
    /// Section 5 of edition 2, octets 12 to 20.
    pub fn of_edition_2(section: Octets<'_>) -> Result<Self, Failure> {
        let read = || Some((section.f32(12)?, section.i16(16)?, section.i16(18)?, section.u8(20)?));
        read().map(Self::new).ok_or_else(Failure::broken)
    }

    /// Section 4 of edition 1, octets 5 to 11; the decimal scale stands in section 1.
    pub fn of_edition_1(section: Octets<'_>, decimal: i32) -> Result<Self, Failure> {
        let read = || Some((section.ibm(7)?, section.i16(5)?, decimal, section.u8(11)?));
        read().map(Self::new).ok_or_else(Failure::broken)
    }

    fn new((reference, binary, decimal, bits): (f64, i32, i32, u8)) -> Self {
        Self { reference, binary: 2_f64.powi(binary), decimal: 10_f64.powi(-decimal), bits: bits.into() }
    }

    /// The number that stands behind a packed one.
    #[inline]
    pub fn value<V: Value>(self, packed: f64) -> V {
        V::of((packed * self.binary + self.reference) * self.decimal)
    }

    /// All values of a field without bits: the reference as it stands. The decimal scale does not touch it, neither in
    /// ecCodes nor in NCEP's library.
    pub fn constant<V: Value>(self, count: usize) -> Vec<V> {
        vec![V::of(self.reference); count]
    }
}
