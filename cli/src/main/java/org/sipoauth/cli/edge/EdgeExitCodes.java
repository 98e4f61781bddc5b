package org.sipoauth.cli.edge;

/** Exit statuses of {@code edge check} beyond the common ones. */
final class EdgeExitCodes {
    /** The edge does not trust the node's certificate. */
    static final int NODE_NOT_TRUSTED = 3;

    /** The node does not trust the authority of the edge's certificate. */
    static final int EDGE_NOT_TRUSTED = 4;

    /** The node trusts the edge's certificate, but none of its names is on the list. */
    static final int EDGE_NOT_LISTED = 5;

    /** The edge's certificate is no good: expired, not valid yet, or not for clients. */
    static final int EDGE_CERTIFICATE_UNFIT = 6;

    private EdgeExitCodes() {}
}
