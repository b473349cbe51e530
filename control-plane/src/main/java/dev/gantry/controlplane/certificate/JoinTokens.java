package dev.gantry.controlplane.certificate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import dev.gantry.api.v1.JoinTokenRecord;
import dev.gantry.controlplane.store.Expect;
import dev.gantry.controlplane.store.Outcome;
import dev.gantry.controlplane.store.Store;
import dev.gantry.controlplane.store.Write;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The join tokens that hold. Thread-safe.
public final class JoinTokens {
    private static final String PREFIX = "/gantry/v1/tokens/";

    /// Expired tokens that are swept at once when another is made.
    private static final int SWEEP_MAX = 100;

    private final Store store;
    private final String authorityHash;
    private final SecureRandom random = new SecureRandom();

    public JoinTokens(Store store, CertificateAuthority authority) {
        this.store = store;
        this.authorityHash = authority.hash();
    }

    /// A new token that any number of nodes may use until it ends.
    ///
    /// @throws dev.gantry.controlplane.store.StoreException when it cannot be stored
    public JoinToken create(Duration timeToLive, Instant now) throws InterruptedException {
        sweep(now);
        var token = JoinToken.random(authorityHash, random);
        put(token, now.plus(timeToLive), false);
        return token;
    }

    /// Writes a token for the agent on this host to a file that only root reads. The file's token
    /// keeps its id, so that starting again and again leaves one record.
    public void writeLocal(Path file, Duration timeToLive, Instant now)
            throws InterruptedException {
        var fresh = JoinToken.random(authorityHash, random);
        var token =
                Files.exists(file)
                        ? JoinToken.parse(SafeFile.read(file))
                                .map(old -> fresh.withId(old.id()))
                                .orElse(fresh)
                        : fresh;
        put(token, now.plus(timeToLive), true);
        SafeFile.writeSecret(file, token.text() + "\n");
    }

    /// The record of a token that is right and holds; empty for every other, without saying why.
    public Optional<JoinTokenRecord> check(JoinToken token, Instant now)
            throws InterruptedException {
        var entry = store.get(PREFIX + token.id());
        if (entry.isEmpty() || !token.authorityHash().equals(authorityHash)) {
            return Optional.empty();
        }
        var tokenRecord = parse(entry.get().value());
        var right =
                MessageDigest.isEqual(
                        tokenRecord.getSecretHash().toByteArray(), token.secretHash());
        return right && now.getEpochSecond() < tokenRecord.getExpires().getSeconds()
                ? Optional.of(tokenRecord)
                : Optional.empty();
    }

    private void put(JoinToken token, Instant expires, boolean rejoin) throws InterruptedException {
        var value =
                JoinTokenRecord.newBuilder()
                        .setSecretHash(ByteString.copyFrom(token.secretHash()))
                        .setExpires(Timestamp.newBuilder().setSeconds(expires.getEpochSecond()))
                        .setRejoin(rejoin)
                        .build();
        var write = new Write.Put(PREFIX + token.id(), value.toByteString(), Expect.any());
        if (store.commit(List.of(write)).getFirst() instanceof Outcome.Failed failed) {
            throw failed.cause();
        }
    }

    private void sweep(Instant now) throws InterruptedException {
        var expired = new ArrayList<Write>();
        for (var entry : store.range(PREFIX, 0, "", SWEEP_MAX).entries()) {
            if (parse(entry.value()).getExpires().getSeconds() < now.getEpochSecond()) {
                expired.add(new Write.Delete(entry.key(), Expect.revision(entry.modRevision())));
            }
        }
        if (!expired.isEmpty()) {
            // One that stays is swept the next time: it has expired all the same.
            store.commit(expired);
        }
    }

    private static JoinTokenRecord parse(ByteString value) {
        try {
            return JoinTokenRecord.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new CertificateException("a join token's record is damaged", e);
        }
    }
}
