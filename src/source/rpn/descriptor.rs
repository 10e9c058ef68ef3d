//! The 72 bytes by which the directory describes a record.

use std::fmt::Write;

/// A directory entry, kept as its 18 words; bits are counted from the most significant one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor([u32; 18]);

impl Descriptor {
    pub const BYTES: usize = 72;

    /// `None` of fewer bytes.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.get(..Self::BYTES)?;
        let mut words = [0; 18];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_be_bytes(bytes.try_into().ok()?);
        }
        Some(Self(words))
    }

    /// Neither deleted (128 and more) nor one of the writer's own (0).
    pub fn is_live(&self) -> bool {
        matches!(self.0[0] >> 24, 1..=126)
    }

    /// Where the record begins in the file.
    pub fn address(&self) -> u32 {
        self.0[1]
    }

    /// Bytes from the record's beginning to its end, the 80 of its keys among them.
    pub fn length(&self) -> u64 {
        u64::from(self.0[0] & 0xff_ffff) * 8
    }

    /// Seconds of one time step.
    pub fn deet(&self) -> u32 {
        self.0[2] >> 8
    }

    /// Bits of a packed value.
    pub fn nbits(&self) -> u32 {
        self.0[2] & 0xff
    }

    pub fn ni(&self) -> u32 {
        self.0[3] >> 8
    }

    pub fn nj(&self) -> u32 {
        self.0[4] >> 8
    }

    pub fn nk(&self) -> u32 {
        self.0[5] >> 12
    }

    /// The type of the grid, a letter; a blank stands for none.
    pub fn grtyp(&self) -> char {
        char::from((self.0[3] & 0xff) as u8)
    }

    /// The type of the data, with 64 where there are missing values, and 128 where compressed.
    pub fn datyp(&self) -> u32 {
        self.0[4] & 0xff
    }

    /// Number of time steps.
    pub fn npas(&self) -> u32 {
        self.0[6] >> 6
    }

    /// ig1 to ig4. The second is cut into three pieces.
    pub fn ig(&self) -> [u32; 4] {
        let ig2 = (self.0[7] & 0xff) << 16 | (self.0[8] & 0xff) << 8 | self.0[9] & 0xff;
        [self.0[8] >> 8, ig2, self.0[9] >> 8, self.0[7] >> 8]
    }

    pub fn ip1(&self) -> u32 {
        self.0[14] >> 4
    }

    pub fn ip2(&self) -> u32 {
        self.0[15] >> 4
    }

    pub fn ip3(&self) -> u32 {
        self.0[16] >> 4
    }

    /// The date of validity as it is packed.
    pub fn date(&self) -> u32 {
        self.0[17]
    }

    /// The name of what is recorded, four characters at most.
    pub fn nomvar(&self) -> String {
        six_bit(&[(self.0[13] >> 8, 4)])
    }

    /// The type of the field: P forecast, A analysis …
    pub fn typvar(&self) -> String {
        six_bit(&[(self.0[12] >> 8 & 0xfff, 2)])
    }

    /// The label that the writer gave.
    pub fn etiket(&self) -> String {
        six_bit(&[(self.0[10] >> 2, 5), (self.0[11] >> 2, 5), (self.0[12] >> 20, 2)])
    }

    /// Type and bits of the data as Canadian listings write them: `R16`, `f12` for a compressed one, `m` behind it for
    /// missing values.
    pub fn data_type(&self) -> String {
        const LETTERS: &[u8] = b"XRICSEFAZ";
        let (datyp, packed) = (self.datyp() & 0x3f, self.datyp() & 0x80 != 0);
        let letter = LETTERS.get(datyp as usize).map_or('?', |&letter| char::from(letter));
        let mut text = String::from(if packed { letter.to_ascii_lowercase() } else { letter });
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{}", self.nbits(), if self.datyp() & 0x40 != 0 { "m" } else { "" });
        text
    }
}

/// Characters of six bits, ASCII from the blank on, high ones first; blanks behind are dropped.
fn six_bit(pieces: &[(u32, u32)]) -> String {
    let letters = pieces.iter().flat_map(|&(bits, count)| {
        (0..count).rev().map(move |place| char::from(32 + (bits >> (6 * place) & 0x3f) as u8))
    });
    letters.collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entry that the format's description works through (librmn wrote it).
    const GEOPOTENTIAL: [u32; 18] = [
        0x0100_01e1,
        0x0000_091f,
        0x0001_c210,
        0x0000_5a4c,
        0x0000_3886,
        0x0000_1000,
        0x0000_0c00,
        0x0059_d800,
        0x0000_5a00,
        0x002a_f85a,
        0x9d2f_f0c8,
        0x9730_0000,
        0x000c_0000,
        0x9fa0_0000,
        0x0000_3520,
        0x0000_0060,
        0x0000_0000,
        0x16d1_a360,
    ];

    #[test]
    fn a_descriptor_says_what_librmn_wrote() {
        let bytes: Vec<u8> = GEOPOTENTIAL.iter().flat_map(|word| word.to_be_bytes()).collect();
        let record = Descriptor::new(&bytes).expect("72 bytes");
        assert!(record.is_live());
        assert_eq!((record.length(), record.address()), (3848, 2335));
        assert_eq!((record.deet(), record.npas(), record.nbits(), record.datyp()), (450, 48, 16, 134));
        assert_eq!((record.ni(), record.nj(), record.nk(), record.grtyp()), (90, 56, 1, 'L'));
        assert_eq!(record.ig(), [90, 90, 11_000, 23_000]);
        assert_eq!((record.nomvar(), record.typvar(), record.etiket()), ("GZ".into(), "P".into(), "G2_PRES".into()));
        assert_eq!((record.ip1(), record.ip2(), record.ip3()), (850, 6, 0));
        assert_eq!(record.data_type(), "f16");
        assert_eq!(Descriptor::new(&bytes[1..]), None);
    }
}
