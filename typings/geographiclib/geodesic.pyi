class Geodesic:
    WGS84: Geodesic
    DISTANCE: int
    AZIMUTH: int
    LATITUDE: int
    LONGITUDE: int
    def Inverse(self, lat1: float, lon1: float, lat2: float, lon2: float, outmask: int = ...) -> dict[str, float]: ...
    def Direct(self, lat1: float, lon1: float, azi1: float, s12: float, outmask: int = ...) -> dict[str, float]: ...
