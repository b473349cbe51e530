package dev.gantry.e2e.session;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// Puts the node of the client's certificate into the call's context.
final class NodeCertificates implements ServerInterceptor {
    private static final Pattern NODE = Pattern.compile("CN=gantry:node:([^,]+)");
    private static final Context.Key<String> KEY = Context.key("node");

    static Optional<String> current() {
        return Optional.ofNullable(KEY.get());
    }

    @Override
    public <I, O> ServerCall.Listener<I> interceptCall(
            ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
        Context context = Context.current();
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session != null) {
            try {
                var certificate = (X509Certificate) session.getPeerCertificates()[0];
                var matcher = NODE.matcher(certificate.getSubjectX500Principal().getName());
                if (matcher.find()) {
                    context = context.withValue(KEY, matcher.group(1));
                }
            } catch (SSLPeerUnverifiedException _) {
                // Anonymous: only joining is open to it.
            }
        }
        return Contexts.interceptCall(context, call, headers, next);
    }
}
