package dev.gantry.controlplane.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out who calls and whether that caller may use the method. What a node may do with which
/// object is for the node services: they compare with [Caller.Node#name()].
final class Access implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    private static final Set<String> OPEN =
            Set.of("gantry.v1.Cluster/Join", "gantry.v1.Cluster/Version");
    private static final Set<String> NODE_METHODS =
            Set.of(
                    "gantry.v1.Cluster/Join",
                    "gantry.v1.Cluster/Version",
                    "gantry.v1.Cluster/Renew");
    private static final String NODE_SERVICE = "gantry.v1.Nodes/";

    private final Function<ServerCall<?, ?>, Caller> callers;

    /// @param callers tells who makes a call: by the certificate, or by the way it came
    Access(Function<ServerCall<?, ?>, Caller> callers) {
        this.callers = callers;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var caller = callers.apply(call);
        var method = call.getMethodDescriptor().getFullMethodName();
        if (!isAllowed(caller, method)) {
            var error = refusal(caller, method);
            var trailers = Errors.trailers(error);
            call.close(Errors.status(error), trailers);
            return new ServerCall.Listener<>() {};
        }
        var context = Context.current().withValue(ContextKey.CALLER, caller);
        return Contexts.interceptCall(context, call, headers, next);
    }

    /// Everyone in the admins' group may do everything; a user without it nothing but the open
    /// calls.
    static boolean isAllowed(Caller caller, String method) {
        return switch (caller) {
            case Caller.Anonymous _ -> OPEN.contains(method);
            case Caller.User user -> user.isAdmin() || OPEN.contains(method);
            case Caller.Node _ -> NODE_METHODS.contains(method) || method.startsWith(NODE_SERVICE);
        };
    }

    private static ApiException refusal(Caller caller, String method) {
        return switch (caller) {
            case Caller.Anonymous _ ->
                    new ApiException(
                            ApiException.Reason.UNAUTHENTICATED,
                            "a client certificate is needed to call " + method);
            case Caller.User user ->
                    new ApiException(
                            ApiException.Reason.FORBIDDEN,
                            "user " + user.name() + " may not call " + method);
            case Caller.Node node ->
                    new ApiException(
                            ApiException.Reason.FORBIDDEN,
                            "node " + node.name() + " may not call " + method);
        };
    }

    static Caller byCertificate(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return new Caller.Anonymous();
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate certificate
                    ? Caller.of(certificate)
                    : new Caller.Anonymous();
        } catch (SSLPeerUnverifiedException _) {
            LOG.atDebug().log("call without a client certificate");
            return new Caller.Anonymous();
        }
    }
}
