//! Checksums behind the bytes that they stand for.

use super::FilterError;

const WRONG: FilterError = FilterError::Broken("detail.checksum");

/// The bytes before the checksum of HDF5, once that is found right.
pub fn without_fletcher32(bytes: &[u8]) -> Result<&[u8], FilterError> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(WRONG)?;
    (hdf5_reader::checksum::fletcher32(body) == u32::from_le_bytes(*sum)).then_some(body).ok_or(WRONG)
}

/// The bytes before a CRC-32C, as Zarr 3 has it.
pub fn without_crc32c(bytes: &[u8]) -> Result<&[u8], FilterError> {
    let (body, sum) = bytes.split_last_chunk::<4>().ok_or(WRONG)?;
    (crc32c(body) == u32::from_le_bytes(*sum)).then_some(body).ok_or(WRONG)
}

/// The polynomial of Castagnoli (RFC 3720, appendix B.4), bits reversed, eight bytes at a time.
const TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut n = 0;
    while n < 256 {
        let mut rest = n as u32;
        let mut bit = 0;
        while bit < 8 {
            rest = if rest & 1 == 1 { (rest >> 1) ^ 0x82f6_3b78 } else { rest >> 1 };
            bit += 1;
        }
        tables[0][n] = rest;
        n += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut n = 0;
        while n < 256 {
            let before = tables[table - 1][n];
            tables[table][n] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            n += 1;
        }
        table += 1;
    }
    tables
};

fn crc32c(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut sum = !0_u32;
    for word in words {
        let word = u64::from_le_bytes(*word) ^ u64::from(sum);
        sum = word
            .to_le_bytes()
            .iter()
            .zip(TABLES.iter().rev())
            .fold(0, |sum, (&byte, table)| sum ^ table[byte as usize]);
    }
    !rest.iter().fold(sum, |sum, &byte| (sum >> 8) ^ TABLES[0][((sum ^ u32::from(byte)) & 0xff) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_the_standard_are_found() {
        // RFC 3720, appendix B.4, and the check value of CRC catalogues.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(without_crc32c(b"123456789\x83\x92\x06\xe3"), Ok(&b"123456789"[..]));
        assert_eq!(without_crc32c(b"123456788\x83\x92\x06\xe3"), Err(WRONG));
        assert_eq!(without_crc32c(b"123"), Err(WRONG));
    }
}
