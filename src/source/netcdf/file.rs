//! One open NetCDF file: the safe reader over positional reads, with limits, and no panic of it let through.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use hdf5_reader::storage::{Storage, StorageBuffer};
use netcdf_reader::classic::ClassicFile;
use netcdf_reader::{
    DynStorage, Error, NcFile, NcFormat, NcGroup, NcMetadataMode, NcOpenOptions, NcSliceInfo, NcSliceInfoElem,
};

use super::fallback::{Described, Helper};
use super::hdf5::Hdf5;
use super::metadata;
use crate::source::bytes::FileBytes;
use crate::source::cf::{Attribute, ByteOrder, Declared, Element, Marks, Number, Packing, Values};
use crate::source::codec::registry;
use crate::source::tiles::{Arrays, Layout, NATIVE};
use crate::source::{Detail, Refusal, SourceError};

/// Largest coordinate, and largest single read through the reader's own slices.
const MOST_BYTES_READ: usize = 1 << 28;
/// Deflate reaches 1032 to 1; a file that promises more than this for each of its bytes holds nothing but promises.
const MOST_GROWTH: u64 = 4096;

/// What the reader takes of a classic file's header at first.
const CLASSIC_HEADER: usize = 1 << 16;
/// No longer header is looked for.
const MOST_CLASSIC_HEADER: usize = 1 << 26;

/// A NetCDF file and what it declares.
pub struct File {
    path: PathBuf,
    inner: Inner,
    format: &'static str,
    length: u64,
    /// The HDF5 file underneath and its bytes, opened when the first field is read.
    hdf5: OnceLock<Option<(Hdf5, Arc<FileBytes>)>>,
    bytes: FileBytes,
    /// When it was last written, as far as the system says.
    written: Option<SystemTime>,
    pub declared: Vec<Declared>,
    pub attributes: Vec<(String, String)>,
    /// What it says of its grid.
    pub marks: Marks,
    /// Read with less than NetCDF-4 asks for: something of the file may have been left out.
    lossy: bool,
}

/// The file's bytes as the reader asks for them.
struct Stored {
    bytes: FileBytes,
    /// What is read at least where a header begins: the reader takes 64 KiB of a classic one and believes that an attribute
    /// which does not end there is broken.
    header: usize,
}

impl Stored {
    fn new(bytes: &FileBytes) -> Self {
        Self { bytes: bytes.clone(), header: 0 }
    }
}

impl Storage for Stored {
    fn len(&self) -> u64 {
        self.bytes.length()
    }

    fn read_range(&self, offset: u64, len: usize) -> hdf5_reader::error::Result<StorageBuffer> {
        let is_header = offset == 0 && len >= CLASSIC_HEADER && self.header > len;
        let len = if is_header { self.header } else { len };
        let end = offset.checked_add(len as u64);
        if end.is_none_or(|end| end > self.len()) {
            let available = self.len().saturating_sub(offset);
            return Err(hdf5_reader::error::Error::UnexpectedEof { offset, needed: len as u64, available });
        }
        let mut buffer = Vec::new();
        self.bytes.read(offset, len, &mut buffer).map_err(std::io::Error::other)?;
        Ok(StorageBuffer::from_vec(buffer))
    }
}

/// Who reads it.
enum Inner {
    Safe { file: Box<NcFile>, storage: DynStorage },
    Helper(Helper),
}

impl File {
    /// Reads the headers; by the helper, if there is one, where the safe reader cannot.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Self::open_plainly(path).or_else(|refusal| {
            // The classic formats are known here to the last byte, and the C library takes what a cut file lacks for zeros.
            let bytes = FileBytes::open(path, 0)?;
            let storage = Stored::new(&bytes);
            if is_classic(&storage) || is_cut(path, &storage) {
                return Err(refusal);
            }
            let (helper, Described { variables, attributes }) = Helper::describe(path).ok_or(refusal)?;
            let attributes = attributes.into_iter().map(|(name, text)| (name, Attribute::Text(text))).collect();
            Ok(Self::new(&bytes, Inner::Helper(helper), "netcdf4", storage.len(), variables, attributes))
        })
    }

    /// Reads the headers, as far as the safe reader can.
    pub fn open_plainly(path: &Path) -> Result<Self, SourceError> {
        let bytes = FileBytes::open(path, 0)?;
        let storage: DynStorage = Arc::new(Stored::new(&bytes));
        if is_classic(storage.as_ref()) {
            return Self::open_classic(&bytes, &storage);
        }
        if let Some(end) = stated_end(path, storage.as_ref()).filter(|&end| end > storage.len()) {
            let detail = Detail::with(
                "detail.ends_early",
                [("end", Detail::Count(storage.len())), ("wanted", Detail::Count(end))],
            );
            return Err(SourceError::new(path, Refusal::Corrupt, detail));
        }
        // Strictly by the rules of NetCDF-4 first; a file that bends them may still make sense.
        let open = |mode| Self::open_safe(&bytes, &storage, mode);
        open(NcMetadataMode::Strict).or_else(|error| open(NcMetadataMode::Lossy).map_err(|_| error))
    }

    /// With ever more of the file taken for its header, as long as that makes no sense.
    fn open_classic(bytes: &FileBytes, storage: &DynStorage) -> Result<Self, SourceError> {
        let mut opened = Self::open_safe(bytes, storage, NcMetadataMode::Strict);
        let mut read = CLASSIC_HEADER;
        let length = usize::try_from(bytes.length()).unwrap_or(usize::MAX);
        while opened.as_ref().is_err_and(|error| error.refusal == Refusal::Corrupt)
            && read < length.min(MOST_CLASSIC_HEADER)
        {
            read = read.saturating_mul(4).min(length);
            let storage: DynStorage = Arc::new(Stored { header: read, ..Stored::new(bytes) });
            opened = Self::open_safe(bytes, &storage, NcMetadataMode::Strict);
        }
        opened
    }

    fn open_safe(bytes: &FileBytes, storage: &DynStorage, metadata_mode: NcMetadataMode) -> Result<Self, SourceError> {
        guarded(bytes.path(), || {
            let options = NcOpenOptions {
                chunk_cache_bytes: 0,
                max_read_bytes: MOST_BYTES_READ,
                metadata_mode,
                filter_registry: Some(registry()),
                ..NcOpenOptions::default()
            };
            let file = NcFile::from_storage_with_options(storage.clone(), options)?;
            let format = match file.format() {
                NcFormat::Classic => "netcdf3-classic",
                NcFormat::Offset64 => "netcdf3-64bit",
                NcFormat::Cdf5 => "netcdf3-cdf5",
                NcFormat::Nc4 | NcFormat::Nc4Classic => "netcdf4",
            };
            let root = file.root_group()?;
            let (declared, attributes) = (metadata::declarations(root), metadata::attributes(root));
            let inner = Inner::Safe { file: Box::new(file), storage: storage.clone() };
            let lossy = metadata_mode == NcMetadataMode::Lossy;
            Ok(Self { lossy, ..Self::new(bytes, inner, format, storage.len(), declared, attributes) })
        })
    }

    fn new(
        bytes: &FileBytes,
        inner: Inner,
        format: &'static str,
        length: u64,
        declared: Vec<Declared>,
        attributes: Vec<(String, Attribute)>,
    ) -> Self {
        let path = bytes.path().to_owned();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let marks = Marks::of(&name, attributes.iter().map(|(name, value)| (name.as_str(), value)));
        let texts = attributes.into_iter().filter_map(|(name, value)| match value {
            Attribute::Text(text) => Some((name, text)),
            _ => None,
        });
        let attributes = texts.collect();
        let written = std::fs::metadata(&path).and_then(|about| about.modified()).ok();
        let (hdf5, bytes) = (OnceLock::new(), bytes.clone());
        Self { path, inner, format, length, hdf5, bytes, written, declared, attributes, marks, lossy: false }
    }

    /// The root group of a classic file.
    fn classic(&self) -> Option<&NcGroup> {
        match &self.inner {
            Inner::Safe { file, .. } => file.as_classic().map(ClassicFile::root_group),
            Inner::Helper(_) => None,
        }
    }

    /// The word for its format.
    pub fn format(&self) -> &'static str {
        self.format
    }

    /// Variables of a classic file whose data lie beyond its end, in part or whole.
    pub fn cut_variables(&self) -> Vec<&Declared> {
        let Some(root) = self.classic() else { return Vec::new() };
        let is_cut = |declared: &&Declared| {
            let Some(variable) = root.variable(&declared.path) else { return false };
            let size = variable.num_elements().ok().zip(variable.dtype().size().ok());
            let size = size.and_then(|(count, each)| count.checked_mul(each as u64)).unwrap_or(u64::MAX);
            // The last record need not be padded, so only what is surely missing counts.
            size > 0 && !variable.is_record_var && variable.data_offset.saturating_add(size) > self.length
        };
        self.declared.iter().filter(is_cut).collect()
    }

    /// Whether a file of this length can hold so many bytes, compressed.
    pub fn may_hold(&self, bytes: u64) -> bool {
        bytes <= self.length.saturating_mul(MOST_GROWTH)
    }

    /// Refuses numbers that would be read as others than they are.
    fn as_usual(&self, variable: usize) -> Result<(), SourceError> {
        let Some(declared) = self.declared.get(variable).filter(|_| self.classic().is_none()) else { return Ok(()) };
        let Some((hdf5, _)) = self.hdf5.get_or_init(|| self.open_hdf5()).as_ref() else { return Ok(()) };
        if guarded(&self.path, || Ok(hdf5.is_odd(&declared.path)?)).unwrap_or(false) {
            let detail = Detail::of("detail.odd_numbers");
            return Err(SourceError::new(&self.path, Refusal::Unsupported, detail).in_part(&declared.path));
        }
        Ok(())
    }

    /// A note for each variable of numbers that the reader has no type for. It takes such files for no NetCDF-4 at first.
    pub fn unknown_numbers(&self) -> Vec<SourceError> {
        const MOST_TOLD: usize = 8;
        if !self.lossy {
            return Vec::new();
        }
        let Some((hdf5, _)) = self.hdf5.get_or_init(|| self.open_hdf5()).as_ref() else { return Vec::new() };
        let found = guarded(&self.path, || Ok(hdf5.of_unknown_size()?)).unwrap_or_default();
        let note = |path: String| {
            let detail = Detail::of("detail.half_numbers");
            SourceError::new(&self.path, Refusal::Unsupported, detail).in_part(path)
        };
        found.into_iter().take(MOST_TOLD).map(note).collect()
    }

    fn open_hdf5(&self) -> Option<(Hdf5, Arc<FileBytes>)> {
        let Inner::Safe { storage, .. } = &self.inner else { return None };
        let hdf5 = guarded(&self.path, || Ok(Hdf5::open(storage.clone())?)).ok()?;
        let bytes = self.bytes.from(hdf5.base());
        Some((hdf5, Arc::new(bytes)))
    }

    /// Says which filter it was, where one is lacking.
    fn name_filter(&self, variable: usize, error: SourceError) -> SourceError {
        let path = self.declared.get(variable).map_or("", |declared| &declared.path);
        let unknown = self.hdf5.get().and_then(Option::as_ref).and_then(|(hdf5, _)| hdf5.unknown_filter(path));
        match unknown {
            Some(unknown) if error.refusal == Refusal::Unsupported => {
                SourceError::new(&self.path, Refusal::Unsupported, unknown.detail()).in_part(path)
            }
            _ => error.in_part(path),
        }
    }
}

impl Arrays for File {
    fn path(&self) -> &Path {
        &self.path
    }

    fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// Headers of a file that was written since would be read into other data. One that is gone can still be read, as
    /// long as it is open.
    fn unchanged(&self, _: usize) -> Result<(), SourceError> {
        let Ok(about) = std::fs::metadata(&self.path) else { return Ok(()) };
        let same = about.len() == self.length && about.modified().ok() == self.written;
        let changed = || SourceError::new(&self.path, Refusal::Corrupt, Detail::of("detail.changed"));
        same.then_some(()).ok_or_else(changed)
    }

    fn layout(&self, variable: usize) -> Option<Layout> {
        let declared = self.declared.get(variable)?;
        let number = declared.number()?;
        let shape: Vec<usize> = declared.dims.iter().map(|dim| dim.size).collect();
        if let Some(root) = self.classic() {
            return classic_layout(Arc::new(self.bytes.clone()), root, &declared.path, number, shape);
        }
        self.as_usual(variable).ok()?;
        let (hdf5, bytes) = self.hdf5.get_or_init(|| self.open_hdf5()).as_ref()?;
        guarded(&self.path, || Ok(hdf5.layout(bytes, &declared.path, number, &shape)?)).ok()?
    }

    fn slab(&self, variable: usize, start: &[usize], count: &[usize]) -> Result<Vec<u8>, SourceError> {
        let file = match &self.inner {
            Inner::Safe { file, .. } => file,
            Inner::Helper(helper) => {
                let found = self.declared.get(variable).and_then(|declared| helper.slab(declared, start, count));
                let silent = || SourceError::new(&self.path, Refusal::Corrupt, Detail::of("detail.gave_up"));
                return found.ok_or_else(silent);
            }
        };
        self.as_usual(variable)?;
        guarded(&self.path, || {
            let declared = self.declared.get(variable).ok_or_else(|| Error::VariableNotFound(variable.to_string()))?;
            let Element::Number(number) = declared.element else {
                return Err(Error::TypeMismatch { expected: "numbers".into(), actual: "something else".into() });
            };
            let selections = start
                .iter()
                .zip(count)
                .map(|(&start, &count)| {
                    let end = start.saturating_add(count) as u64;
                    NcSliceInfoElem::Slice { start: start as u64, end, step: 1 }
                })
                .collect();
            typed_slab(file, &declared.path, number, &NcSliceInfo { selections })
        })
        .map_err(|error| self.name_filter(variable, error))
    }
}

fn typed_slab(file: &NcFile, path: &str, number: Number, slice: &NcSliceInfo) -> netcdf_reader::Result<Vec<u8>> {
    macro_rules! read {
        ($type:ty) => {{
            let values = file.read_variable_slice::<$type>(path, slice)?;
            let mut bytes = Vec::with_capacity(values.len() * size_of::<$type>());
            for value in &values {
                bytes.extend_from_slice(&value.to_ne_bytes());
            }
            Ok(bytes)
        }};
    }
    match number {
        Number::I8 => read!(i8),
        Number::U8 => read!(u8),
        Number::I16 => read!(i16),
        Number::U16 => read!(u16),
        Number::I32 => read!(i32),
        Number::U32 => read!(u32),
        Number::I64 => read!(i64),
        Number::U64 => read!(u64),
        Number::F32 => read!(f32),
        Number::F64 => read!(f64),
    }
}

fn classic_layout(
    bytes: Arc<FileBytes>,
    root: &NcGroup,
    path: &str,
    number: Number,
    shape: Vec<usize>,
) -> Option<Layout> {
    let variable = root.variable(path)?;
    let stride = || netcdf_reader::classic::data::compute_record_stride(&root.variables).ok();
    let record = if variable.is_record_var { Some(stride()?) } else { None };
    Some(Layout::plain(bytes, shape, number.size(), ByteOrder::Big, variable.data_offset, record))
}

fn is_classic(storage: &dyn hdf5_reader::Storage) -> bool {
    storage.read_range(0, 3).is_ok_and(|start| start.starts_with(b"CDF"))
}

/// Whether an HDF5 file says that it ends farther on than it does.
fn is_cut(path: &Path, storage: &dyn hdf5_reader::Storage) -> bool {
    stated_end(path, storage).is_some_and(|end| end > storage.len())
}

/// Where an HDF5 file says that it ends.
fn stated_end(path: &Path, storage: &dyn hdf5_reader::Storage) -> Option<u64> {
    let superblock = guarded(path, || Ok(hdf5_reader::superblock::Superblock::parse_from_storage(storage)?)).ok()?;
    let undefined = hdf5_reader::io::Cursor::is_undefined_offset(superblock.eof_address, superblock.offset_size);
    // Counted from the file's first byte, a user block included.
    (!undefined).then_some(superblock.eof_address)
}

impl Values for File {
    fn numbers(&self, variable: usize, rank: usize) -> Option<Vec<f64>> {
        self.numbers_at(variable, rank, &[])
    }

    fn numbers_at(&self, variable: usize, rank: usize, at: &[usize]) -> Option<Vec<f64>> {
        let declared = self.declared.get(variable)?;
        let packing = Packing::of_coordinate(declared, true)?;
        let outer = declared.dims.len().saturating_sub(rank);
        let count: Vec<usize> =
            declared.dims.iter().enumerate().map(|(at, dim)| if at < outer { 1 } else { dim.size }).collect();
        let elements = count.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
        let bytes = elements.checked_mul(packing.number.size())?;
        if bytes > MOST_BYTES_READ || !self.may_hold(bytes as u64) || declared.dims.iter().any(|dim| dim.size == 0) {
            return None;
        }
        let mut start = vec![0; count.len()];
        for (n, (start, &at)) in start.iter_mut().zip(at).enumerate().take(outer) {
            *start = Some(at).filter(|&at| declared.dims.get(n).is_some_and(|dim| at < dim.size))?;
        }
        let stored = self.slab(variable, &start, &count).ok()?;
        let mut values = vec![f64::NAN; elements];
        packing.decode(&stored, NATIVE, 1, &mut values);
        Some(values)
    }

    fn texts(&self, variable: usize) -> Option<Vec<String>> {
        let declared = self.declared.get(variable)?;
        if declared.element != Element::Text || !self.may_hold(declared.count()? as u64) {
            return None;
        }
        let Inner::Safe { file, .. } = &self.inner else { return None };
        guarded(&self.path, || file.read_variable_as_strings(&declared.path)).ok()
    }

    fn has_features(&self) -> bool {
        self.attributes.iter().any(|(name, text)| name.eq_ignore_ascii_case("featureType") && !text.trim().is_empty())
    }
}

/// Runs the reader; its errors become ours, and a panic in it the refusal of a corrupt file.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> netcdf_reader::Result<T>) -> Result<T, SourceError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|error| refused(path, &error)),
        Err(_) => Err(SourceError::new(path, Refusal::Corrupt, Detail::of("detail.gave_up"))),
    }
}

fn refused(path: &Path, error: &Error) -> SourceError {
    let text = error.to_string();
    let refusal = match error {
        Error::Io(io) => return SourceError::of_io(path, io),
        Error::UnsupportedFeature(_) | Error::UnsupportedVersion(_) | Error::Nc4NotEnabled => Refusal::Unsupported,
        Error::Hdf5(inner) if is_unsupported(inner) => Refusal::Unsupported,
        _ => Refusal::Corrupt,
    };
    SourceError::new(path, refusal, text)
}

/// A filter or an encoding that the reader lacks, as against numbers that make no sense.
fn is_unsupported(error: &hdf5_reader::error::Error) -> bool {
    use hdf5_reader::error::Error;
    match error {
        Error::UnsupportedFilter(_) | Error::UnsupportedEncoding(_) => true,
        Error::Context { source, .. } => is_unsupported(source),
        _ => false,
    }
}
