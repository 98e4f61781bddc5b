/** What administrators change while the servers run, kept in the store for all of them: in place of the settings. */
@NullMarked
package org.sipoauth.authz.parameter;

import org.jspecify.annotations.NullMarked;
