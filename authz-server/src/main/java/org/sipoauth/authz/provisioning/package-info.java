/** The configuration file a phone fetches before anything else, on a port of its own. */
@NullMarked
package org.sipoauth.authz.provisioning;

import org.jspecify.annotations.NullMarked;
