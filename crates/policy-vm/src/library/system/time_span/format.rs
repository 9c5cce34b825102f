//! `TimeSpan.ToString`: the standard formats `c`, `g`, `G` and custom ones.

use crate::library::system::date_time::calendar::{PER_DAY, PER_HOUR, PER_MINUTE, PER_SECOND};
use crate::library::system::date_time::format::{Bad, write_quoted};
use crate::value::text::TextBuf;

/// A time span in parts, without its sign.
struct Parts {
    days: u64,
    hours: u64,
    minutes: u64,
    seconds: u64,
    fraction: u64,
}

/// Appends a time span in a format; `c` for the empty one.
pub(super) fn write(ticks: i64, format: &str, out: &mut TextBuf) -> Result<(), Bad> {
    let t = ticks.unsigned_abs();
    let unit = |unit: i64| t / unit.unsigned_abs();
    let parts = Parts {
        days: unit(PER_DAY),
        hours: unit(PER_HOUR) % 24,
        minutes: unit(PER_MINUTE) % 60,
        seconds: unit(PER_SECOND) % 60,
        fraction: t % PER_SECOND.unsigned_abs(),
    };
    let sign = if ticks < 0 { "-" } else { "" };
    let Parts { days, hours, minutes, seconds, fraction } = parts;
    match format {
        "" | "c" | "t" | "T" => {
            out.push_str(sign);
            if days > 0 {
                out.push_str(&format!("{days}."));
            }
            out.push_str(&format!("{hours:02}:{minutes:02}:{seconds:02}"));
            if fraction > 0 {
                out.push_str(&format!(".{fraction:07}"));
            }
        }
        "g" => {
            out.push_str(sign);
            if days > 0 {
                out.push_str(&format!("{days}:"));
            }
            out.push_str(&format!("{hours}:{minutes:02}:{seconds:02}"));
            if fraction > 0 {
                out.push_str(format!(".{fraction:07}").trim_end_matches('0'));
            }
        }
        "G" => out.push_str(&format!("{sign}{days}:{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}")),
        _ if format.chars().count() == 1 => return Err(Bad::Format),
        // The sign is the format's business, and it has no means to show it.
        custom => write_custom(&parts, custom, out)?,
    }
    Ok(())
}

fn write_custom(parts: &Parts, format: &str, out: &mut TextBuf) -> Result<(), Bad> {
    let units: Vec<u16> = format.encode_utf16().collect();
    let mut at = 0;
    while let Some(unit) = units.get(at).copied() {
        at += match u8::try_from(unit).unwrap_or(0) {
            letter @ (b'd' | b'h' | b'm' | b's' | b'f' | b'F') => {
                let run = units.get(at..).unwrap_or_default().iter().take_while(|u| **u == unit).count();
                write_token(parts, letter, run, out)?;
                run
            }
            quote @ (b'\'' | b'"') => write_quoted(&units, at, u16::from(quote), out)?,
            b'%' => match units.get(at + 1).copied() {
                Some(next) if next != u16::from(b'%') => {
                    write_custom(parts, &String::from_utf16_lossy(&[next]), out)?;
                    2
                }
                _ => return Err(Bad::Format),
            },
            b'\\' => {
                out.push(units.get(at + 1).copied().ok_or(Bad::Format)?);
                2
            }
            // Unlike in dates, every literal must be quoted or escaped.
            _ => return Err(Bad::Format),
        };
    }
    Ok(())
}

fn write_token(parts: &Parts, letter: u8, run: usize, out: &mut TextBuf) -> Result<(), Bad> {
    let (value, most) = match letter {
        b'd' => (parts.days, 8),
        b'h' => (parts.hours, 2),
        b'm' => (parts.minutes, 2),
        b's' => (parts.seconds, 2),
        _ => (parts.fraction, 7),
    };
    if run > most {
        return Err(Bad::Format);
    }
    match letter {
        b'f' | b'F' => {
            let digits = format!("{value:07}");
            let digits = digits.get(..run).unwrap_or_default();
            out.push_str(if letter == b'F' { digits.trim_end_matches('0') } else { digits });
        }
        _ => out.push_str(&format!("{value:0run$}")),
    }
    Ok(())
}
