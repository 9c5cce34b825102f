//! Punycode (RFC 3492): a label of a host name in ASCII.

const BASE: u32 = 36;
const FIRST: u32 = 1;
const LAST: u32 = 26;

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - FIRST) * LAST / 2 {
        delta /= BASE - FIRST;
        k += BASE;
    }
    k + (BASE - FIRST + 1) * delta / (delta + 38)
}

fn digit(n: u32) -> char {
    char::from_digit(n.wrapping_sub(26), 10).unwrap_or_else(|| char::from(b'a' + u8::try_from(n).unwrap_or(0)))
}

/// The label without its `xn--`; `None` on overflow, which no host name of real length has.
pub(super) fn encode(label: &str) -> Option<String> {
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    let mut handled = basic;
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias) = (128u32, 0u32, 72u32);
    while usize::try_from(handled).ok()? < points.len() {
        let next = points.iter().copied().filter(|p| *p >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for point in &points {
            if *point < n {
                delta = delta.checked_add(1)?;
            }
            if *point == n {
                let (mut q, mut k) = (delta, BASE);
                loop {
                    let threshold = k.saturating_sub(bias).clamp(FIRST, LAST);
                    if q < threshold {
                        break;
                    }
                    out.push(digit(threshold + (q - threshold) % (BASE - threshold)));
                    q = (q - threshold) / (BASE - threshold);
                    k += BASE;
                }
                out.push(digit(q));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(out)
}
