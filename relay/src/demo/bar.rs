/// One frame of a tqdm bar as it is written to a file: ten columns wide.
pub fn frame(description: &str, done: u32, total: u32, elapsed_s: f64) -> String {
    let total = total.max(1);
    let percent = done * 100 / total;
    let eighths = done * 80 / total;
    let mut fill = "█".repeat((eighths / 8) as usize);
    if !eighths.is_multiple_of(8) {
        fill.push([' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][(eighths % 8) as usize]);
    }
    let rate = if elapsed_s > 0.0 { f64::from(done) / elapsed_s } else { 0.0 };
    let tail = if done == 0 || rate <= 0.0 {
        format!("[{}<?, ?it/s]", clock(elapsed_s))
    } else {
        let left = f64::from(total - done) / rate;
        let speed =
            if rate < 1.0 { format!("{:5.2}s/it", 1.0 / rate) } else { format!("{rate:5.2}it/s") };
        format!("[{}<{}, {speed}]", clock(elapsed_s), clock(left))
    };
    format!("\r{description}{percent:3}%|{fill:<10}| {done}/{total} {tail}")
}

fn clock(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few minutes, never negative"
    )]
    let seconds = seconds.max(0.0) as u64;
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_looks_like_tqdms() {
        assert_eq!(frame("", 0, 2, 0.0), "\r  0%|          | 0/2 [00:00<?, ?it/s]");
        assert_eq!(frame("", 1, 2, 3.62), "\r 50%|█████     | 1/2 [00:03<00:03,  3.62s/it]");
        assert_eq!(
            frame("decode: ", 33, 100, 3.3),
            "\rdecode:  33%|███▎      | 33/100 [00:03<00:06, 10.00it/s]"
        );
        assert_eq!(frame("", 2, 2, 1.0), "\r100%|██████████| 2/2 [00:01<00:00,  2.00it/s]");
    }
}
