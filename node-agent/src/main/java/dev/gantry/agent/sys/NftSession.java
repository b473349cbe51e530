package dev.gantry.agent.sys;

import com.sun.jna.Pointer;

/// Runs nftables commands in the network namespace of the thread that opened it. One call is one
/// transaction of the kernel: all of its commands take effect at once, or none.
public final class NftSession implements AutoCloseable {

    private final Pointer context;
    private boolean closed;

    private NftSession(Pointer context) {
        this.context = context;
    }

    public static NftSession open() {
        Pointer context = NftLibrary.nft_ctx_new(0);
        if (context == null) {
            throw new NftException("libnftables made no context");
        }
        NftLibrary.nft_ctx_buffer_output(context);
        NftLibrary.nft_ctx_buffer_error(context);
        return new NftSession(context);
    }

    /// Runs commands in nft(8)'s text syntax, all or none.
    ///
    /// @throws NftException with the library's words, when the kernel or the parser refuses them
    public synchronized void run(String commands) {
        execute(commands, 0);
    }

    /// The answer to list commands, as JSON (libnftables-json(5)).
    public synchronized String listJson(String commands) {
        return execute(commands, NftLibrary.OUTPUT_JSON);
    }

    /// The answer to list commands, as text.
    public synchronized String listText(String commands) {
        return execute(commands, 0);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            NftLibrary.nft_ctx_free(context);
        }
    }

    private String execute(String commands, int flags) {
        if (closed) {
            throw new NftException("the nftables session is closed");
        }
        NftLibrary.nft_ctx_output_set_flags(context, flags);
        int result = NftLibrary.nft_run_cmd_from_buffer(context, commands);
        String output = text(NftLibrary.nft_ctx_get_output_buffer(context));
        String error = text(NftLibrary.nft_ctx_get_error_buffer(context));
        if (result != 0) {
            throw new NftException("nftables refused a change: " + firstLines(error));
        }
        return output;
    }

    private static String text(Pointer buffer) {
        return buffer == null ? "" : buffer.getString(0);
    }

    /// The library repeats the whole command below its complaint; the complaint is enough.
    private static String firstLines(String error) {
        String trimmed = error.strip();
        return trimmed.length() <= 400 ? trimmed : trimmed.substring(0, 400) + "...";
    }
}
