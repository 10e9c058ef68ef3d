//! Small files for the tests.

use std::path::{Path, PathBuf};

use millibar::source::{Choice, Dataset, Variable, open};
use ndarray::Array2;
use netcdf::{AttributeValue, FileMut, Options};

/// A path of its own for each test.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("netcdf_reader_{}_{name}.nc", std::process::id()))
}

/// A file that goes away with the test.
pub struct Written(pub PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        // A file that is gone already is as good.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Writes a NetCDF-4 file.
pub fn write(name: &str, fill: impl FnOnce(&mut FileMut)) -> Written {
    write_as(name, Options::NETCDF4, fill)
}

pub fn write_as(name: &str, options: Options, fill: impl FnOnce(&mut FileMut)) -> Written {
    let path = path(name);
    let mut file = netcdf::create_with(&path, options).expect("a new file");
    fill(&mut file);
    file.close().expect("the file is written");
    Written(path)
}

/// A dimension with its coordinate variable.
pub fn axis(file: &mut FileMut, name: &str, values: &[f64], attributes: &[(&str, &str)]) {
    file.add_dimension(name, values.len()).expect("a new dimension");
    variable(file, name, &[name], values, attributes);
}

/// A variable of doubles.
pub fn variable(file: &mut FileMut, name: &str, dims: &[&str], values: &[f64], attributes: &[(&str, &str)]) {
    let mut variable = file.add_variable::<f64>(name, dims).expect("a new variable");
    for (key, value) in attributes {
        variable.put_attribute(key, *value).expect("an attribute");
    }
    values_of(file, name, values);
}

/// Puts the values of a whole variable. Classic files take them only outside of their definitions.
pub fn values_of<T: netcdf::types::NcTypeDescriptor>(file: &mut FileMut, name: &str, values: &[T]) {
    let put = |file: &mut FileMut| -> Result<(), netcdf::Error> {
        let mut variable = file.variable_mut(name).expect("the variable");
        let records = variable.dimensions().first().is_some_and(netcdf::Dimension::is_unlimited);
        if records && variable.dimensions().len() == 1 {
            variable.put_values(values, ..values.len())
        } else if records {
            let rest: usize = variable.dimensions().iter().skip(1).map(netcdf::Dimension::len).product();
            variable.put_values(values, (..values.len() / rest, .., ..))
        } else {
            variable.put_values(values, ..)
        }
    };
    if put(file).is_err() {
        file.enddef().expect("definitions end");
        put(file).expect("values");
        file.redef().expect("definitions go on");
    }
}

/// Latitudes 60, 50, 40 and longitudes 0, 10, 20, 30.
pub fn small_grid(file: &mut FileMut) {
    axis(file, "lat", &[60.0, 50.0, 40.0], &[("units", "degrees_north")]);
    axis(file, "lon", &[0.0, 10.0, 20.0, 30.0], &[("units", "degrees_east")]);
}

/// Numbers 0, 1, 2 … in stored order over dimensions of these sizes.
pub fn counting(file: &mut FileMut, name: &str, dims: &[&str], attributes: &[(&str, &str)]) {
    let count: usize = dims.iter().map(|dim| file.dimension_len(dim).expect("a dimension")).product();
    let values: Vec<f64> = (0..count).map(|n| n as f64).collect();
    variable(file, name, dims, &values, attributes);
}

pub fn put(file: &mut FileMut, name: &str, key: &str, value: impl Into<AttributeValue>) {
    file.variable_mut(name).expect("the variable").put_attribute(key, value).expect("an attribute");
}

pub fn opened(written: &Written) -> Dataset {
    open(&written.0).unwrap_or_else(|error| panic!("{error}"))
}

pub fn find<'a>(dataset: &'a Dataset, id: &str) -> &'a Variable {
    dataset.variables.iter().find(|variable| variable.id == id).unwrap_or_else(|| panic!("{id} is listed"))
}

pub fn read(variable: &Variable, choice: Choice) -> Array2<f64> {
    variable.field(choice).expect("within the axes").read_raw().unwrap_or_else(|error| panic!("{error}"))
}
