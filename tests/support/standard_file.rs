//! RPN standard files written by hand, after the format's description: a header, one directory page, records.

/// A file in the making.
#[derive(Clone, Debug, Default)]
pub struct StandardFile {
    records: Vec<Record>,
    /// Its writer has not closed it.
    open: bool,
}

/// A record: the words of its descriptor by name, and its data as they are stored.
#[derive(Clone, Debug)]
pub struct Record {
    pub nomvar: &'static str,
    pub typvar: &'static str,
    pub etiket: &'static str,
    pub shape: [u32; 3],
    pub ip: [u32; 3],
    pub deet: u32,
    pub npas: u32,
    pub grtyp: u8,
    pub ig: [u32; 4],
    /// The date of validity as it is packed.
    pub date: u32,
    pub datyp: u32,
    pub nbits: u32,
    pub deleted: bool,
    pub data: Vec<u8>,
}

/// 2025-01-15 06:00 as the directory has it.
pub const SIX_O_CLOCK: u32 = 0x16d1_a360;

/// Where entry `n` of the directory lies.
pub const fn entry(n: usize) -> usize {
    HEADER + 32 + 72 * n
}

const HEADER: usize = 208;
const PAGE: usize = 18_464;

impl Record {
    /// A forecast at 500 hPa, six hours ahead, of IEEE floats on a grid of type X, which lies nowhere.
    pub fn new(nomvar: &'static str, ni: u32, nj: u32, values: &[f32]) -> Self {
        Self {
            nomvar,
            typvar: "P",
            etiket: "TEST",
            shape: [ni, nj, 1],
            ip: [500, 6, 0],
            deet: 450,
            npas: 48,
            grtyp: b'X',
            ig: [0; 4],
            date: SIX_O_CLOCK,
            datyp: 5,
            nbits: 32,
            deleted: false,
            data: values.iter().flat_map(|value| value.to_be_bytes()).collect(),
        }
    }

    /// Axis or positions that records with these ig1 to ig3 refer to.
    pub fn positional(nomvar: &'static str, ip: [u32; 3], shape: [u32; 2], values: &[f32]) -> Self {
        let record = Self::new(nomvar, shape[0], shape[1], values);
        Self { typvar: "X", ip, deet: 0, npas: 0, ..record }
    }

    pub fn on_grid(self, grtyp: u8, ig: [u32; 4]) -> Self {
        Self { grtyp, ig, ..self }
    }

    pub fn packed(self, datyp: u32, nbits: u32, data: Vec<u8>) -> Self {
        Self { datyp, nbits, data, ..self }
    }

    /// Units of eight bytes with the eighty of its keys.
    fn units(&self) -> u32 {
        (10 + self.data.len().div_ceil(8)) as u32
    }

    fn descriptor(&self, address: u32) -> Vec<u8> {
        let [ig1, ig2, ig3, ig4] = self.ig;
        let six = |text: &str, length: usize| {
            let padded = format!("{text:length$}");
            padded.bytes().fold(0_u32, |bits, byte| bits << 6 | u32::from(byte - 32))
        };
        let etiket = format!("{:12}", self.etiket);
        let words = [
            (if self.deleted { 255 } else { 1 }) << 24 | self.units(),
            address,
            self.deet << 8 | self.nbits,
            self.shape[0] << 8 | u32::from(self.grtyp),
            self.shape[1] << 8 | self.datyp,
            self.shape[2] << 12,
            self.npas << 6,
            ig4 << 8 | ig2 >> 16,
            ig1 << 8 | ig2 >> 8 & 0xff,
            ig3 << 8 | ig2 & 0xff,
            six(&etiket[..5], 5) << 2,
            six(&etiket[5..10], 5) << 2,
            six(&etiket[10..], 2) << 20 | six(self.typvar, 2) << 8,
            six(self.nomvar, 4) << 8,
            self.ip[0] << 4,
            self.ip[1] << 4,
            self.ip[2] << 4,
            self.date,
        ];
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }
}

impl StandardFile {
    pub fn with(mut self, record: Record) -> Self {
        self.records.push(record);
        self
    }

    /// As its writer leaves it before it closes it.
    pub fn unclosed(self) -> Self {
        Self { open: true, ..self }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut page = vec![0_u32, 0];
        page[0] = (PAGE / 8) as u32;
        page[1] = (HEADER / 8 + 1) as u32;
        page.extend([0, 0, 0, self.records.len() as u32, 0, 0]);
        let mut data = Vec::new();
        for record in &self.records {
            let address = ((HEADER + PAGE + data.len()) / 8 + 1) as u32;
            let descriptor = record.descriptor(address);
            page.extend(descriptor.chunks(4).map(|word| u32::from_be_bytes(word.try_into().expect("four bytes"))));
            data.extend(descriptor);
            data.extend([0; 8]);
            data.extend(&record.data);
            data.resize(data.len().next_multiple_of(8), 0);
        }
        page.resize(PAGE / 4, 0);
        page[6] = page[4..].iter().fold(0, |sum, word| sum ^ word);
        let size = (HEADER + PAGE + data.len()) / 8;
        let live = self.records.iter().filter(|record| !record.deleted).count();
        let mut header = vec![26_u32, 0, u32::from_be_bytes(*b"XDF0"), u32::from_be_bytes(*b"STDR"), size as u32];
        header.extend([0, 1, 1, page[1], 0, 0x0010_0009, 0x0002_0001, 0, live as u32, u32::from(self.open), 0]);
        header.resize(HEADER / 4, 0);
        let mut bytes: Vec<u8> = header.iter().chain(&page).flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend(data);
        bytes
    }
}

/// Numbers of any width one after the other, the first bit of each byte the most significant.
#[derive(Debug, Default)]
pub struct BitWriter(Vec<bool>);

impl BitWriter {
    /// Behind some words.
    pub fn after(words: &[u32]) -> Self {
        words.iter().fold(Self::default(), |bits, &word| bits.put(32, word))
    }

    pub fn put(mut self, width: u32, number: u32) -> Self {
        self.0.extend((0..width).rev().map(|place| number >> place & 1 == 1));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let byte =
            |bits: &[bool]| bits.iter().zip(0..).fold(0, |byte, (&bit, place)| byte | u8::from(bit) << (7 - place));
        let mut bytes: Vec<u8> = self.0.chunks(8).map(byte).collect();
        // A stream goes on to the end of its word; what stands there means nothing.
        bytes.resize(bytes.len().next_multiple_of(4), 0xa5);
        bytes
    }
}
