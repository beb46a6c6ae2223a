use std::os::fd::AsFd as _;
use std::process::Child;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::failure::Failure;
use crate::cli::run::child::Pty;

/// Passes signals on to the program, in a thread that ends with this one's process.
pub(super) fn forward(child: &Child, pty: Vec<Pty>) -> Result<(), Failure> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let Some(pid) = pid else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let [mut interrupt, mut quit, mut terminate, mut hang_up, mut resized] = {
        let _entered = runtime.enter();
        let kinds = [
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
            SignalKind::hangup(),
            SignalKind::window_change(),
        ];
        let [a, b, c, d, e] = kinds.map(signal);
        [a?, b?, c?, d?, e?]
    };
    let pass_on = move || {
        runtime.block_on(async {
            loop {
                let signal = tokio::select! {
                    _ = interrupt.recv() => Signal::INT,
                    _ = quit.recv() => Signal::QUIT,
                    _ = terminate.recv() => Signal::TERM,
                    _ = hang_up.recv() => Signal::HUP,
                    _ = resized.recv() => Signal::WINCH,
                };
                let from_keyboard = matches!(signal, Signal::INT | Signal::QUIT);
                if signal == Signal::WINCH {
                    pty.iter().for_each(Pty::resize);
                }
                if !(from_keyboard && is_in_front()) {
                    kill_process(pid, signal).ok();
                }
            }
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(pass_on)?;
    Ok(())
}

/// Whether keys of the terminal reach us: then they reached the program too, and twice is once
/// too often for one that cleans up at the first.
fn is_in_front() -> bool {
    tcgetpgrp(std::io::stdin().as_fd()).is_ok_and(|group| group == getpgrp())
}
