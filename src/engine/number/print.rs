//! How Java prints floating point numbers: `1.0`, `1.0E10`, `1.0E-5`.
//!
//! Goes in: a number. Comes out: its shortest digits in Java's form. JDKs before 19 print a digit too many for a few numbers
//! (JDK-4511638, `2.0E-3` as `0.0020` never, but `2.2250738585072014E-308` and the like); this is the form of 19 and later.

/// `Double.toString`.
pub fn java_double(value: f64) -> String {
    java(&format!("{value:e}"), value.is_finite(), value.is_nan())
}

/// `Float.toString`.
pub fn java_float(value: f32) -> String {
    java(&format!("{value:e}"), value.is_finite(), value.is_nan())
}

/// `shortest` is `-1.25e-7` or the like.
fn java(shortest: &str, finite: bool, nan: bool) -> String {
    let (sign, shortest) = shortest.strip_prefix('-').map_or(("", shortest), |rest| ("-", rest));
    if nan {
        return "NaN".to_owned();
    }
    if !finite {
        return format!("{sign}Infinity");
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((shortest, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let plain = match usize::try_from(exponent) {
        Ok(exponent) if exponent < 7 => {
            let digits = format!("{digits:0<width$}", width = exponent + 2);
            format!("{}.{}", &digits[..=exponent], &digits[exponent + 1..])
        }
        Err(_) if exponent >= -3 => {
            format!("0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0)))
        }
        _ => {
            let rest = if digits.len() > 1 { &digits[1..] } else { "0" };
            format!("{}.{rest}E{exponent}", &digits[..1])
        }
    };
    format!("{sign}{plain}")
}
