//! Signals that end the gateway: the first asks it to finish what it has begun, the second ends it at once.

use std::io;

use tokio::runtime::Builder;

/// Waits for the first signal; a thread then waits for the second.
pub(crate) fn wait() -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::new() })?;
    let name = runtime.block_on(signals.next());
    tracing::info!(signal = name, "stopping: calls in progress are finished");
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let name = runtime.block_on(signals.next());
        tracing::warn!(signal = name, "stopping at once");
        std::process::exit(130);
    })?;
    Ok(())
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
