package dev.gantry.agent.probe;

import dev.gantry.api.core.v1.HTTPGetAction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// One GET as the kubelet's probe makes it: any answer from 200 to 399 is a success, certificates
/// are not looked at. A client of a few lines, because a whole HTTP client for each probed pod
/// costs more than the probe.
final class HttpProbe {
    private static final int HEAD_MAX = 8 << 10;

    private HttpProbe() {}

    static ProbeResult get(HTTPGetAction action, String host, int port, Duration timeout)
            throws IOException {
        int millis = Math.toIntExact(Math.min(timeout.toMillis(), Integer.MAX_VALUE));
        boolean secure = action.getScheme().equalsIgnoreCase("HTTPS");
        try (var plain = new Socket()) {
            plain.connect(new InetSocketAddress(host, port), millis);
            plain.setSoTimeout(millis);
            try (var socket = secure ? secured(plain, host, port) : plain) {
                socket.getOutputStream().write(request(action, host, port));
                socket.getOutputStream().flush();
                return judged(head(socket.getInputStream()));
            }
        }
    }

    private static byte[] request(HTTPGetAction action, String host, int port) {
        var path = action.getPath().isEmpty() ? "/" : action.getPath();
        var text = new StringBuilder();
        text.append("GET ").append(path.startsWith("/") ? path : "/" + path);
        text.append(" HTTP/1.1\r\n");
        boolean hosted = false;
        boolean agent = false;
        boolean accept = false;
        for (var header : action.getHttpHeadersList()) {
            var name = clean(header.getName());
            hosted |= name.equalsIgnoreCase("Host");
            agent |= name.equalsIgnoreCase("User-Agent");
            accept |= name.equalsIgnoreCase("Accept");
            text.append(name).append(": ").append(clean(header.getValue())).append("\r\n");
        }
        if (!hosted) {
            text.append("Host: ").append(host).append(':').append(port).append("\r\n");
        }
        if (!agent) {
            text.append("User-Agent: kube-probe/gantry\r\n");
        }
        if (!accept) {
            text.append("Accept: */*\r\n");
        }
        text.append("Connection: close\r\n\r\n");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// A header cannot begin another one.
    private static String clean(String text) {
        return text.replaceAll("[\r\n]", "");
    }

    private static String head(InputStream in) throws IOException {
        var bytes = in.readNBytes(64);
        var text = new StringBuilder(new String(bytes, StandardCharsets.ISO_8859_1));
        // The status line is all that counts; it is never longer than this in earnest.
        while (text.indexOf("\n") < 0 && text.length() < HEAD_MAX) {
            var more = in.readNBytes(64);
            if (more.length == 0) {
                break;
            }
            text.append(new String(more, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    private static ProbeResult judged(String head) {
        var parts = head.lines().findFirst().orElse("").split(" ", 3);
        if (parts.length < 2
                || !parts[0].startsWith("HTTP/")
                || !parts[1].matches("[1-5][0-9]{2}")) {
            return ProbeResult.failed("malformed HTTP response");
        }
        int status = Integer.parseInt(parts[1]);
        return status >= 200 && status < 400
                ? ProbeResult.passed()
                : ProbeResult.failed("HTTP probe failed with statuscode: " + status);
    }

    private static Socket secured(Socket plain, String host, int port) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAll()}, null);
            return context.getSocketFactory().createSocket(plain, host, port, true);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS is not available", e);
        }
    }

    /// A probe asks whether the server answers, not who it is (Kubernetes skips verification too).
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
