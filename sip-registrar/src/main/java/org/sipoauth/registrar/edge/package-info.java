/** The list of edges that an authorization server keeps for its registrars, read in the background. */
@NullMarked
package org.sipoauth.registrar.edge;

import org.jspecify.annotations.NullMarked;
