package dev.gantry.agent.sys;

import com.sun.jna.Native;
import com.sun.jna.Pointer;

/// libnftables(3), by direct mapping. The library keeps state in its context and is not
/// thread-safe: see [NftSession].
final class NftLibrary {

    static final int OUTPUT_JSON = 1 << 4;

    static {
        Native.register(NftLibrary.class, "libnftables.so.1");
    }

    private NftLibrary() {}

    static native Pointer nft_ctx_new(int flags);

    static native void nft_ctx_free(Pointer context);

    static native void nft_ctx_output_set_flags(Pointer context, int flags);

    static native int nft_ctx_buffer_output(Pointer context);

    static native int nft_ctx_buffer_error(Pointer context);

    static native Pointer nft_ctx_get_output_buffer(Pointer context);

    static native Pointer nft_ctx_get_error_buffer(Pointer context);

    static native int nft_run_cmd_from_buffer(Pointer context, String commands);
}
