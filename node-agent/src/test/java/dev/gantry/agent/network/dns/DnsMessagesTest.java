package dev.gantry.agent.network.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.agent.network.Cidr;
import dev.gantry.loop.SeededTest;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DnsMessagesTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    static DnsQuery query(String name, int type) {
        return new DnsQuery(7, 0, true, name, type, DnsWire.CLASS_IN, false, 512);
    }

    /// A server's answer: the question, and one record of each type that is given.
    static byte[] answer(DnsQuery query, int number, int code, int seconds, int... types) {
        ByteBuffer out = ByteBuffer.allocate(1_024);
        int answers = code == DnsWire.NO_ERROR ? types.length : 0;
        out.putShort((short) number).putShort((short) (0x8180 | code)).putShort((short) 1);
        out.putShort((short) answers).putShort((short) (types.length - answers));
        out.putShort((short) 0);
        query.writeQuestion(out);
        for (int type : types) {
            out.putShort((short) 0xc00c).putShort((short) type).putShort((short) 1).putInt(seconds);
            byte[] data = type == DnsWire.TYPE_SOA ? new byte[22] : new byte[] {1, 2, 3, 4};
            out.putShort((short) data.length).put(data);
            if (type == DnsWire.TYPE_SOA) {
                out.putInt(out.position() - 4, 20);
            }
        }
        return java.util.Arrays.copyOf(out.array(), out.position());
    }

    @Test
    void questionReadsBackAsItWasWritten() throws Exception {
        DnsQuery query =
                new DnsQuery(9, 0, true, "www.example.org", 28, DnsWire.CLASS_IN, true, 1_232);

        assertThat(DnsQuery.parse(ByteBuffer.wrap(query.toServer(9)))).isEqualTo(query);
    }

    @Test
    void nameIsReadInSmallLetters() throws Exception {
        byte[] bytes = query("www.example.org", 1).toServer(7);
        bytes[DnsWire.HEADER + 1] = 'W';

        assertThat(DnsQuery.parse(ByteBuffer.wrap(bytes)).name()).isEqualTo("www.example.org");
    }

    @Test
    void answersAndPointersAreNoQuestions() {
        byte[] answer = answer(query("a.b", 1), 7, 0, 60, 1);
        assertThatThrownBy(() -> DnsQuery.parse(ByteBuffer.wrap(answer)))
                .isInstanceOf(DnsFormatException.class);
        byte[] pointer = query("a.b", 1).toServer(7);
        pointer[DnsWire.HEADER] = (byte) 0xc0;
        assertThatThrownBy(() -> DnsQuery.parse(ByteBuffer.wrap(pointer)))
                .isInstanceOf(DnsFormatException.class);
    }

    @Test
    void longAnswerIsCutAndMarked() throws Exception {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            records.add(new DnsRecord.Host("a.b", Cidr.parse("10.0.0.0/24").at(i)));
        }
        DnsAnswer answer = new DnsAnswer(DnsWire.NO_ERROR, true, records, List.of());
        DnsQuery query = query("a.b", 1);

        DnsResponse cut = DnsResponse.parse(answer.toDatagram(query), 7, query);
        assertThat(cut.truncated()).isTrue();
        DnsResponse whole = DnsResponse.parse(answer.toStream(query), 7, query);
        assertThat(whole.truncated()).isFalse();
        assertThat(whole.addresses()).hasSize(100);
    }

    @Test
    void cacheCountsTimeDownAndForgets() throws Exception {
        DnsCache cache = new DnsCache();
        DnsQuery query = query("a.b", 1);
        cache.keep(query, DnsResponse.parse(answer(query, 1, 0, 60, 1), 1, query), NOW);

        DnsCache.Hit hit = cache.find(query, NOW.plusSeconds(10)).orElseThrow();
        ByteBuffer sent = ByteBuffer.wrap(hit.response().toDatagram(query, hit.age()));
        assertThat(sent.getShort(0)).isEqualTo((short) 7);
        assertThat(sent.getInt(sent.limit() - 10)).isEqualTo(50);
        assertThat(cache.find(query, NOW.plusSeconds(60))).isEmpty();
        assertThat(cache.find(query("a.b", 28), NOW)).isEmpty();
    }

    @Test
    void negativeAnswersAreKeptAsLongAsTheirAuthoritySays() throws Exception {
        DnsCache cache = new DnsCache();
        DnsQuery query = query("no.such", 1);
        byte[] negative = answer(query, 1, DnsWire.NO_SUCH_NAME, 600, DnsWire.TYPE_SOA);
        cache.keep(query, DnsResponse.parse(negative, 1, query), NOW);
        assertThat(cache.find(query, NOW.plusSeconds(19))).isPresent();
        assertThat(cache.find(query, NOW.plusSeconds(20))).isEmpty();

        byte[] failure = answer(query, 1, DnsWire.SERVER_FAILURE, 600);
        cache.keep(query, DnsResponse.parse(failure, 1, query), NOW);
        assertThat(cache.find(query, NOW)).isEmpty();
    }

    @Test
    void cacheIsBounded() throws Exception {
        DnsCache cache = new DnsCache();
        for (int i = 0; i <= DnsCache.ENTRIES_MAX; i++) {
            DnsQuery query = query("n" + i, 1);
            cache.keep(query, DnsResponse.parse(answer(query, 1, 0, 60, 1), 1, query), NOW);
        }
        assertThat(cache.find(query("n0", 1), NOW)).isEmpty();
        assertThat(cache.find(query("n1", 1), NOW)).isPresent();
    }

    @Test
    void answerToAnotherQuestionIsRefused() {
        DnsQuery query = query("a.b", 1);
        assertThatThrownBy(() -> DnsResponse.parse(answer(query, 2, 0, 60, 1), 1, query))
                .isInstanceOf(DnsFormatException.class);
        assertThatThrownBy(() -> DnsResponse.parse(answer(query("a.c", 1), 1, 0, 60, 1), 1, query))
                .isInstanceOf(DnsFormatException.class);
    }

    /// Whatever comes: read, or refused as malformed; never another exception.
    @SeededTest(seeds = 300)
    void hostilePacketsAreReadOrRefused(SplittableRandom random) {
        DnsQuery query = query("www.example.org", 1);
        for (int i = 0; i < 50; i++) {
            byte[] bytes =
                    random.nextBoolean()
                            ? answer(query, 1, random.nextInt(4), 60, 1, DnsWire.TYPE_SOA, 41)
                            : query.toServer(1);
            for (int flips = random.nextInt(6); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            survives(random.nextBoolean() ? cut : bytes, query);
        }
    }

    private static void survives(byte[] bytes, DnsQuery query) {
        try {
            DnsQuery read = DnsQuery.parse(ByteBuffer.wrap(bytes));
            assertThat(DnsAnswer.failure(DnsWire.REFUSED).toDatagram(read)).isNotEmpty();
        } catch (DnsFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
        try {
            DnsResponse read = DnsResponse.parse(bytes, 1, query);
            assertThat(read.toDatagram(query, 5).length).isBetween(12, 512);
        } catch (DnsFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
