/// A decimal number, exact as long as it fits; beyond that a float.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decimal {
    Exact {
        mantissa: i128,
        /// Digits after the point.
        scale: u32,
    },
    Float(f64),
}

/// Digits after the point of a quotient.
const QUOTIENT_SCALE: u32 = 16;

impl Decimal {
    pub(crate) fn of(value: f64) -> Self {
        let text = format!("{value}");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let scale = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        match format!("{whole}{fraction}").parse::<i128>() {
            Ok(mantissa) if scale <= 30 => Self::Exact { mantissa, scale },
            _ => Self::Float(value),
        }
    }

    pub(crate) fn to_float(self) -> f64 {
        match self {
            // The text is read back rather than divided: only that rounds once.
            Self::Exact { mantissa, scale } => {
                format!("{mantissa}e-{scale}").parse().unwrap_or(f64::NAN)
            }
            Self::Float(value) => value,
        }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        aligned(self, other).and_then(|(a, b, scale)| Some((a.checked_add(b)?, scale))).map_or_else(
            || Self::Float(self.to_float() + other.to_float()),
            |(mantissa, scale)| Self::Exact { mantissa, scale },
        )
    }

    pub(crate) fn sub(self, other: Self) -> Self {
        self.add(match other {
            Self::Exact { mantissa, scale } => Self::Exact { mantissa: -mantissa, scale },
            Self::Float(value) => Self::Float(-value),
        })
    }

    pub(crate) fn mul(self, other: Self) -> Self {
        if let (Self::Exact { mantissa: a, scale: left }, Self::Exact { mantissa: b, scale: right }) =
            (self, other)
            && let Some(mantissa) = a.checked_mul(b)
        {
            return Self::Exact { mantissa, scale: left + right };
        }
        Self::Float(self.to_float() * other.to_float())
    }

    /// None when `other` is 0.
    pub(crate) fn div(self, other: Self) -> Option<Self> {
        if other.to_float() == 0.0 {
            return None;
        }
        let exact = aligned(self, other).and_then(|(a, b, _)| {
            let scaled = a.checked_mul(10_i128.pow(QUOTIENT_SCALE))?;
            let (quotient, rest) = (scaled / b, scaled % b);
            let up = rest.unsigned_abs() >= b.unsigned_abs() - rest.unsigned_abs();
            let sign = if (scaled < 0) == (b < 0) { 1 } else { -1 };
            Some(Self::Exact {
                mantissa: if up && rest != 0 { quotient + sign } else { quotient },
                scale: QUOTIENT_SCALE,
            })
        });
        Some(exact.unwrap_or_else(|| Self::Float(self.to_float() / other.to_float())))
    }
}

/// Both at the same number of digits after the point.
fn aligned(left: Decimal, right: Decimal) -> Option<(i128, i128, u32)> {
    let (Decimal::Exact { mantissa: a, scale: left }, Decimal::Exact { mantissa: b, scale: right }) =
        (left, right)
    else {
        return None;
    };
    let scale = left.max(right);
    let lift = |mantissa: i128, from: u32| mantissa.checked_mul(10_i128.checked_pow(scale - from)?);
    Some((lift(a, left)?, lift(b, right)?, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_out_as_on_paper() {
        let of = Decimal::of;
        assert_eq!(of(0.259).mul(of(1.5)).mul(of(4.0)).to_float(), 1.554);
        assert_eq!(of(0.1).add(of(0.2)).to_float(), 0.3);
        assert_eq!(of(9.25).sub(of(4.0)).sub(of(0.75)).to_float(), 4.5);
        assert_eq!(of(9.0).div(of(4.0)).unwrap().div(of(3.0)).unwrap().to_float(), 0.75);
        assert!(of(1.0).div(of(0.0)).is_none());
        assert_eq!(of(1e300).mul(of(10.0)).to_float(), 1e301);
    }
}
