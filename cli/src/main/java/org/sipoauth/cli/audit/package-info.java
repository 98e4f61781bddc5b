/** Searches a server's audit trail. */
@NullMarked
package org.sipoauth.cli.audit;

import org.jspecify.annotations.NullMarked;
