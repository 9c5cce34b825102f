//! Signals: SIGHUP has the configuration read again; the first that ends the gateway asks it to finish what it has begun,
//! the second ends it at once.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Reload,
    End(&'static str),
}

/// Takes SIGHUP from here on: it would end a gateway that has not started yet. What ends it still does, and at once.
pub(crate) fn hangups() -> io::Result<Hangups> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let hangups = runtime.block_on(async { Hangup::new() })?;
    Ok(Hangups { runtime, hangups })
}

/// Those that come are remembered.
pub(crate) struct Hangups {
    runtime: Runtime,
    hangups: Hangup,
}

impl Hangups {
    /// Takes the others too: before the gateway says that it serves, or the first could end it unfinished.
    pub(crate) fn and_ends(self) -> io::Result<Listening> {
        let Self { runtime, hangups } = self;
        let signals = runtime.block_on(async { Signals::new(hangups) })?;
        Ok(Listening { runtime, signals })
    }
}

/// Signals that are listened to.
pub(crate) struct Listening {
    runtime: Runtime,
    signals: Signals,
}

impl Listening {
    /// Waits for the first signal that ends the gateway; a thread then waits for the second.
    pub(crate) fn wait(self, reload: impl Fn()) -> io::Result<()> {
        let Self { runtime, mut signals } = self;
        let name = loop {
            match runtime.block_on(signals.next()) {
                Wish::Reload => reload(),
                Wish::End(name) => break name,
            }
        };
        tracing::info!(signal = name, "stopping: calls in progress are finished");
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let name = loop {
                if let Wish::End(name) = runtime.block_on(signals.next()) {
                    break name;
                }
            };
            tracing::warn!(signal = name, "stopping at once");
            std::process::exit(130);
        })?;
        Ok(())
    }
}

#[cfg(unix)]
struct Hangup(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Hangup {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new(Hangup(hangup): Hangup) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())?, hangup })
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::End("SIGTERM"),
            _ = self.interrupt.recv() => Wish::End("SIGINT"),
            _ = self.hangup.recv() => Wish::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Hangup;

#[cfg(not(unix))]
impl Hangup {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new(_: Hangup) -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Wish {
        let _ = tokio::signal::ctrl_c().await;
        Wish::End("Ctrl-C")
    }
}
