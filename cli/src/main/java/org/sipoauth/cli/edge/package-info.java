/** {@code edge}: the list of edges of a server, and a look at a node as an edge sees it. */
@NullMarked
package org.sipoauth.cli.edge;

import org.jspecify.annotations.NullMarked;
