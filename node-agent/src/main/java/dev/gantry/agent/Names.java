package dev.gantry.agent;

import dev.gantry.agent.network.NetworkConfig;
import java.nio.file.Path;
import java.util.zip.CRC32;

/// The names under which an agent's things stand on the host: those of the default data directory
/// are plain, an agent with another one has its own, so that several live side by side.
///
/// @param cgroup of the root of its control groups
/// @param table of nftables
/// @param linkPrefix of network links
/// @param idBase the first host id of its pods
record Names(String cgroup, String table, String linkPrefix, long idBase) {
    private static final long IDS_EACH = 256L << 16;
    private static final int SLOTS = 180;

    static Names of(Path dataDir) {
        if (dataDir.equals(Path.of("/var/lib/gantry/agent"))) {
            return new Names("gantry", "gantry", "gantry", NetworkConfig.ID_BASE);
        }
        var crc = new CRC32();
        crc.update(dataDir.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var word = Long.toHexString(crc.getValue() & 0xFFFFF);
        long slot = 1 + crc.getValue() % SLOTS;
        return new Names(
                "gantry-" + word,
                "gantry_" + word,
                "g" + word,
                NetworkConfig.ID_BASE + slot * IDS_EACH);
    }
}
