//! Vectors: their components turned from the axes of a grid to east and north.

use ndarray::{ArrayView2, ArrayViewMut2, Zip};

/// A part of a vector, or what tells its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// Along x of the grid; once turned, to the east.
    X,
    /// Along y of the grid; once turned, to the north.
    Y,
    /// A direction in degrees, clockwise from y of the grid; once turned, from north.
    Direction,
}

impl Component {
    /// The other part of the vector, without which this one cannot be turned.
    #[must_use]
    pub fn mate(self) -> Option<Self> {
        match self {
            Self::X => Some(Self::Y),
            Self::Y => Some(Self::X),
            Self::Direction => None,
        }
    }
}

/// Turns a component from the axes of the grid to east and north.
///
/// `own` and `mate` are both parts of the vector in one unit (`mate` is not looked at for a direction), `x_axes` the parts
/// of the grid's x axis to the east and to the north at each point: the cosine and the sine of the angle γ from east to the
/// axis. To the east `u cos γ − v sin γ`, to the north `u sin γ + v cos γ`; a direction becomes `d − γ`, from 0 up to 360.
/// Missing where one of the parts or the axis is missing. `None` where the shapes differ, or the mate is not there.
pub fn turn(
    component: Component,
    mut own: ArrayViewMut2<f32>,
    mate: Option<ArrayView2<f32>>,
    x_axes: ArrayView2<[f32; 2]>,
) -> Option<()> {
    if own.dim() != x_axes.dim() || mate.is_some_and(|mate| mate.dim() != own.dim()) {
        return None;
    }
    match component {
        Component::X => {
            Zip::from(&mut own).and(mate?).and(x_axes).for_each(|u, &v, &[cos, sin]| *u = *u * cos - v * sin);
        }
        Component::Y => {
            Zip::from(&mut own).and(mate?).and(x_axes).for_each(|v, &u, &[cos, sin]| *v = u * sin + *v * cos);
        }
        Component::Direction => {
            Zip::from(&mut own).and(x_axes).for_each(|d, &[cos, sin]| {
                *d = (*d - sin.atan2(cos).to_degrees()).rem_euclid(360.0);
            });
        }
    }
    Some(())
}

/// The same for one point: `mate` counts for nothing where a direction is turned.
#[must_use]
pub fn turned_value(component: Component, own: f64, mate: f64, [cos, sin]: [f64; 2]) -> f64 {
    match component {
        Component::X => own * cos - mate * sin,
        Component::Y => mate * sin + own * cos,
        Component::Direction => (own - sin.atan2(cos).to_degrees()).rem_euclid(360.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// The x axis points 30° to the south of east, so that the grid's north lies 30° east of the true one.
    fn axes() -> Array2<[f32; 2]> {
        let (sin, cos) = (-30_f32).to_radians().sin_cos();
        Array2::from_elem((1, 2), [cos, sin])
    }

    fn turned(component: Component, mut own: Array2<f32>, mate: Option<&Array2<f32>>) -> Option<Array2<f32>> {
        turn(component, own.view_mut(), mate.map(|mate| mate.view()), axes().view())?;
        Some(own)
    }

    #[test]
    fn a_wind_along_x_blows_where_x_points() {
        let (u, v) = (array![[10.0_f32, 10.0]], array![[0.0_f32, f32::NAN]]);
        let east = turned(Component::X, u.clone(), Some(&v)).expect("of one shape");
        let north = turned(Component::Y, v.clone(), Some(&u)).expect("of one shape");
        assert!((east[[0, 0]] - 8.660_254).abs() < 1e-5 && (north[[0, 0]] + 5.0).abs() < 1e-5, "{east} {north}");
        assert!(east[[0, 1]].is_nan() && north[[0, 1]].is_nan(), "missing with its mate");
        assert_eq!(turned(Component::X, u, None), None);
    }

    #[test]
    fn the_length_of_a_vector_stays() {
        let (u, v) = (array![[3.0_f32, -7.0]], array![[4.0_f32, 2.0]]);
        let east = turned(Component::X, u.clone(), Some(&v)).expect("of one shape");
        let north = turned(Component::Y, v.clone(), Some(&u)).expect("of one shape");
        for n in 0..2 {
            assert!((east[[0, n]].hypot(north[[0, n]]) - u[[0, n]].hypot(v[[0, n]])).abs() < 1e-5);
        }
    }

    #[test]
    fn a_direction_is_counted_from_true_north() {
        let turned = turned(Component::Direction, array![[0.0_f32, 350.0]], None).expect("of one shape");
        assert!((turned[[0, 0]] - 30.0).abs() < 1e-4 && (turned[[0, 1]] - 20.0).abs() < 1e-4, "{turned}");
    }
}
